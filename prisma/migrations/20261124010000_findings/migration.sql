-- CreateTable
CREATE TABLE "ruleset" (
    "digest" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ruleset_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "ruleset_activation" (
    "id" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "activated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ruleset_activation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "judgement_due" (
    "source" TEXT NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "seq" INTEGER,
    "reason" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "why" TEXT,
    "lease_until" TIMESTAMPTZ(6),
    "holder" TEXT,

    CONSTRAINT "judgement_due_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "judgement" (
    "source" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "snapshot_digest" BYTEA NOT NULL,
    "ruleset_digest" TEXT NOT NULL,
    "waivers_digest" TEXT NOT NULL,
    "verdicts_digest" TEXT NOT NULL,
    "own_account" BIGINT,
    "as_of" TIMESTAMPTZ(6) NOT NULL,
    "reason" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "judgement_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "assessment" (
    "source" TEXT NOT NULL,
    "judgement" INTEGER NOT NULL,
    "rule" TEXT NOT NULL,
    "rule_version" TEXT NOT NULL,
    "rule_digest" TEXT NOT NULL,
    "judged" INTEGER NOT NULL,
    "violated" INTEGER NOT NULL,
    "unassessable" INTEGER NOT NULL,
    "may_resolve" BOOLEAN NOT NULL,
    "why" TEXT,
    "error" TEXT,

    CONSTRAINT "assessment_pkey" PRIMARY KEY ("source","judgement","rule")
);

-- CreateTable
CREATE TABLE "finding" (
    "source" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "rule" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "opened_by" INTEGER NOT NULL,

    CONSTRAINT "finding_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "finding_event" (
    "source" TEXT NOT NULL,
    "finding" INTEGER NOT NULL,
    "no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "because" JSONB NOT NULL,
    "matched" JSONB NOT NULL,
    "matched_digest" TEXT NOT NULL,
    "judgement" INTEGER,
    "why" TEXT,
    "waiver" JSONB,
    "actor" TEXT,
    "reason" TEXT,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "finding_event_pkey" PRIMARY KEY ("source","finding","no")
);

-- CreateIndex
CREATE UNIQUE INDEX "finding_source_rule_subject_kind_subject_id_fields_key" ON "finding"("source", "rule", "subject_kind", "subject_id", "fields");

-- CreateIndex
CREATE INDEX "finding_event_source_judgement_idx" ON "finding_event"("source", "judgement");


-- ---------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say.

-- each snapshot is judged once for having been published; and the latest one is asked for once, whatever the reason
CREATE UNIQUE INDEX "judgement_due_once" ON "judgement_due" ("source", coalesce("seq", 0));

ALTER TABLE "ruleset" ADD CHECK ("digest" ~ '^[0-9a-f]{64}$');
ALTER TABLE "judgement_due"
  ADD CHECK ("reason" IN ('published', 'activated', 'waivers', 'daily', 'manual')),
  ADD CHECK (("reason" = 'published') = ("seq" IS NOT NULL));
ALTER TABLE "judgement"
  ADD CHECK ("reason" IN ('published', 'activated', 'waivers', 'daily', 'manual')),
  ADD CHECK ("verdicts_digest" ~ '^[0-9a-f]{64}$' AND "waivers_digest" ~ '^[0-9a-f]{64}$');
ALTER TABLE "finding" ADD CHECK ("subject_kind" IN ('principal', 'role', 'source'));
ALTER TABLE "finding_event"
  ADD CHECK ("severity" IN ('critical', 'high', 'medium', 'low')),
  ADD CHECK ("matched_digest" ~ '^[0-9a-f]{64}$'),
  ADD CHECK (CASE "kind"
    WHEN 'opened' THEN "state" = 'open'
    WHEN 'reexplained' THEN "state" IN ('open', 'reopened', 'acknowledged', 'waived')
    ELSE "kind" IN ('reopened', 'acknowledged', 'waived', 'resolved') AND "state" = "kind"
  END),
  ADD CHECK (("state" = 'waived') = ("waiver" IS NOT NULL)),
  ADD CHECK (("kind" IN ('reopened', 'resolved')) = ("why" IS NOT NULL)),
  ADD CHECK ("why" IN ('came-back', 'waiver-ended', 'grew', 'no-longer-violated', 'rule-dropped', 'subject-gone', 'source-retired')),
  ADD CHECK (("kind" = 'acknowledged') = ("actor" IS NOT NULL)),
  ADD CHECK (("kind" = 'acknowledged') = ("judgement" IS NULL)),
  ADD CHECK (("actor" IS NULL) = ("reason" IS NULL));

-- A judgement is the next of its source, about a snapshot that is there and not older than the last one judged.
CREATE FUNCTION judgement_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
BEGIN
  SELECT id, seq, as_of INTO before FROM judgement WHERE source = NEW.source ORDER BY id DESC LIMIT 1;
  IF NEW.id <> coalesce(before.id, 0) + 1 THEN
    RAISE EXCEPTION 'judgement % of % is not the next one', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.seq < before.seq OR NEW.as_of < before.as_of THEN
    RAISE EXCEPTION 'judgement % of % goes back in time', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.as_of > clock_timestamp() OR NEW.recorded_at <> now() THEN
    RAISE EXCEPTION 'judgement % of % is not dated by the database', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM snapshot WHERE source = NEW.source AND seq = NEW.seq AND digest = NEW.snapshot_digest) THEN
    RAISE EXCEPTION 'judgement % of % is of no snapshot', NEW.id, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER judgement_follows BEFORE INSERT ON "judgement" FOR EACH ROW EXECUTE FUNCTION judgement_follows();

-- An event is the next of its finding, and dated by this server's clock.
CREATE FUNCTION finding_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.no <> (SELECT coalesce(max(no), 0) + 1 FROM finding_event WHERE source = NEW.source AND finding = NEW.finding) THEN
    RAISE EXCEPTION 'event % of finding % of % is not the next one', NEW.no, NEW.finding, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.recorded_at <> now() THEN
    RAISE EXCEPTION 'event % of finding % of % is not dated by the database', NEW.no, NEW.finding, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER finding_event_follows BEFORE INSERT ON "finding_event" FOR EACH ROW EXECUTE FUNCTION finding_event_follows();

DO $$
DECLARE
  insert_only text;
BEGIN
  FOREACH insert_only IN ARRAY ARRAY['ruleset', 'ruleset_activation', 'judgement', 'assessment', 'finding', 'finding_event'] LOOP
    EXECUTE format('CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()', insert_only);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', insert_only);
  END LOOP;
END $$;
