-- The planner must not learn which sources there are. A source that came after the last ANALYZE is in no statistics, so a
-- million rows of it count as one; to find one row among one the planner joins without the key, a million times a million.
-- Without statistics of the column, every source counts as a 200th of the table, and every join goes by its key.
ALTER TABLE "bucket" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "change" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "grant_" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "hold" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "identity" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "known_repeat" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "link" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "page" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "record" ALTER COLUMN "source" SET STATISTICS 0;
ALTER TABLE "role_permission" ALTER COLUMN "source" SET STATISTICS 0;
