DROP TABLE staff_sessions;
DROP TABLE staff_invitations;
DROP TABLE sign_in_failures;
DROP TABLE staff;
