DROP TABLE deliveries;
DROP TABLE paces;
DROP TABLE relays;
DROP TABLE nodes;
DROP TABLE editions;
