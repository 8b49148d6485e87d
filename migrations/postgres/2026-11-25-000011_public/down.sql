DROP INDEX opt_ins_network;
DROP INDEX opt_ins_unconfirmed;
ALTER TABLE opt_ins DROP COLUMN network;
ALTER TABLE opt_ins DROP COLUMN new_canonical;
ALTER TABLE opt_ins DROP COLUMN new_address;
DROP TABLE imports;
DROP TABLE duties;
DROP TABLE spent_challenges;
DROP TABLE limits;
