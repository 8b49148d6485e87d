DROP TABLE deliveries;
DROP TABLE relays;
DROP TABLE nodes;
DROP TABLE editions;
