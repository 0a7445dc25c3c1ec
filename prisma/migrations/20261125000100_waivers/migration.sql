-- AlterTable
ALTER TABLE "judgement" ADD COLUMN     "waivers" TEXT[];

-- CreateTable
CREATE TABLE "waiver" (
    "source" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "approver" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(6),
    "valid_until" TIMESTAMPTZ(6) NOT NULL,
    "accepts" TEXT,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "waiver_pkey" PRIMARY KEY ("source","id")
);

ALTER TABLE "waiver"
  ADD CHECK ("id" ~ '^[0-9a-f]{64}$'),
  ADD CHECK ("subject_kind" IN ('principal', 'role', 'source'));

CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "waiver" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "waiver" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
