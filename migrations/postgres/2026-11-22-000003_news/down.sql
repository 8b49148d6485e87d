DROP TABLE news_item_texts;
DROP TABLE news_items;
DROP TABLE issues;
DROP TABLE images;
