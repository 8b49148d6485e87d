DROP TABLE suppressions;
DROP TABLE consent_details;
DROP TABLE consent_records;
DROP TABLE opt_in_newsletters;
DROP TABLE opt_ins;
DROP TABLE subscriptions;
DROP TABLE subscribers;
