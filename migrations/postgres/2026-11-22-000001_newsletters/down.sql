DROP TABLE wordings;
DROP TABLE newsletter_texts;
DROP TABLE newsletters;
DROP TABLE instance;
