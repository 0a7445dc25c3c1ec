#!/usr/bin/env bash
# Run once by the postgres image on an empty volume: the database, its owner, who migrates, and the application's
# role, which can read and append but alter nothing (prisma/grants.sql).
set -euo pipefail

psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set owner_password `cat /run/secrets/owner_password`
\set app_password `cat /run/secrets/app_password`
CREATE ROLE rolewatch_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE rolewatch_app LOGIN PASSWORD :'app_password';
CREATE DATABASE rolewatch OWNER rolewatch_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE rolewatch FROM PUBLIC;
-- publishing works in temporary tables
GRANT CONNECT, TEMPORARY ON DATABASE rolewatch TO rolewatch_app;
SQL
