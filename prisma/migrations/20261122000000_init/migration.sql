
-- CreateTable
CREATE TABLE "source" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "last_seq" INTEGER NOT NULL DEFAULT 0,
    "paused_at" TIMESTAMPTZ(6),
    "paused_why" TEXT,
    "retired_seq" INTEGER,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "source_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "slot" (
    "source" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "trigger" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'due',
    "why" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(6),
    "holder" TEXT,
    "run_id" BIGINT,
    "seq" INTEGER,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "slot_pkey" PRIMARY KEY ("source","due_at")
);

-- CreateTable
CREATE TABLE "run" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "epoch" INTEGER NOT NULL,
    "base_seq" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),
    "outcome" TEXT,
    "why" TEXT,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identity" (
    "source" TEXT NOT NULL,
    "identity_id" BIGSERIAL NOT NULL,
    "name_space" TEXT NOT NULL,
    "match_key" TEXT,
    "match_form" INTEGER NOT NULL,
    "shown_key" TEXT,
    "name_tag" BYTEA,
    "name_tag_key" INTEGER,
    "salt" BYTEA,
    "erased_at" TIMESTAMPTZ(6),

    CONSTRAINT "identity_pkey" PRIMARY KEY ("source","identity_id")
);

-- CreateTable
CREATE TABLE "record" (
    "source" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "until_seq" INTEGER,
    "form" INTEGER NOT NULL,
    "tag" BYTEA NOT NULL,
    "tag_key" INTEGER NOT NULL,
    "leaf" BYTEA NOT NULL,
    "bucket" SMALLINT NOT NULL,
    "commit" BYTEA NOT NULL,
    "body" JSONB NOT NULL,
    "personal" JSONB,
    "merged" BOOLEAN NOT NULL DEFAULT false,
    "bears_right" BOOLEAN NOT NULL,

    CONSTRAINT "record_pkey" PRIMARY KEY ("source","stream","scope","identity_id","from_seq")
);

-- CreateTable
CREATE TABLE "grant_" (
    "source" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "principal" BIGINT NOT NULL,
    "target" TEXT NOT NULL,
    "in_scope" TEXT NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "until_seq" INTEGER,

    CONSTRAINT "grant__pkey" PRIMARY KEY ("source","stream","scope","identity_id","principal","target","in_scope","from_seq")
);

-- CreateTable
CREATE TABLE "link" (
    "source" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "to_identity_id" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "until_seq" INTEGER,

    CONSTRAINT "link_pkey" PRIMARY KEY ("source","identity_id","to_identity_id","from_seq")
);

-- CreateTable
CREATE TABLE "role_permission" (
    "source" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "permission" TEXT NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "until_seq" INTEGER,

    CONSTRAINT "role_permission_pkey" PRIMARY KEY ("source","scope","role","permission","from_seq")
);

-- CreateTable
CREATE TABLE "bucket" (
    "source" TEXT NOT NULL,
    "no" SMALLINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "until_seq" INTEGER,

    CONSTRAINT "bucket_pkey" PRIMARY KEY ("source","no","from_seq")
);

-- CreateTable
CREATE TABLE "snapshot" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "run_id" BIGINT,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,
    "root" BYTEA NOT NULL,
    "manifest" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "previous_digest" BYTEA,

    CONSTRAINT "snapshot_pkey" PRIMARY KEY ("source","seq")
);

-- CreateTable
CREATE TABLE "observation" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "total" INTEGER,
    "pages" INTEGER NOT NULL,
    "pages_digest" BYTEA,
    "read_from" TIMESTAMPTZ(6),
    "read_to" TIMESTAMPTZ(6),
    "observed_at" TIMESTAMPTZ(6),
    "stated_by" TEXT NOT NULL,
    "reads" INTEGER NOT NULL,
    "unconfirmed" INTEGER NOT NULL,
    "held" INTEGER NOT NULL,
    "why" TEXT,

    CONSTRAINT "observation_pkey" PRIMARY KEY ("source","seq","stream","scope")
);

-- CreateTable
CREATE TABLE "watch" (
    "source" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "from_seq" INTEGER NOT NULL,
    "first_complete_seq" INTEGER,
    "until_seq" INTEGER,

    CONSTRAINT "watch_pkey" PRIMARY KEY ("source","stream","scope","from_seq")
);

-- CreateTable
CREATE TABLE "hold" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,

    CONSTRAINT "hold_pkey" PRIMARY KEY ("source","seq","stream","scope","identity_id")
);

-- CreateTable
CREATE TABLE "release" (
    "source" TEXT NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "hold_seq" INTEGER NOT NULL,
    "expected" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_seq" INTEGER,

    CONSTRAINT "release_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "known_repeat" (
    "source" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "since_seq" INTEGER NOT NULL,

    CONSTRAINT "known_repeat_pkey" PRIMARY KEY ("source","stream","scope","identity_id")
);

-- CreateTable
CREATE TABLE "page" (
    "source" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "no" INTEGER NOT NULL,
    "form" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "rows" INTEGER NOT NULL,
    "total" INTEGER,
    "identity_ids" BIGINT[],

    CONSTRAINT "page_pkey" PRIMARY KEY ("source","stream","scope","no")
);

-- CreateTable
CREATE TABLE "change" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "no" INTEGER NOT NULL,
    "what" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "subject" BIGINT,
    "scope" TEXT,
    "role" TEXT,
    "permission" TEXT,
    "not_seen_at" TIMESTAMPTZ(6),
    "seen_at" TIMESTAMPTZ(6) NOT NULL,
    "part_of" INTEGER,
    "body" JSONB NOT NULL,

    CONSTRAINT "change_pkey" PRIMARY KEY ("source","seq","no")
);

-- CreateTable
CREATE TABLE "alert" (
    "source" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("source","seq","no")
);

-- CreateTable
CREATE TABLE "action_log" (
    "id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "source" TEXT,
    "detail" JSONB NOT NULL,
    "previous_hash" BYTEA,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "action_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tag_key" (
    "no" INTEGER NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tag_key_pkey" PRIMARY KEY ("no")
);

-- CreateTable
CREATE UNLOGGED TABLE "stage_identity" (
    "run_id" BIGINT NOT NULL,
    "name_space" TEXT NOT NULL,
    "match_key" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "shown_key" TEXT NOT NULL,
    "name_tag" BYTEA,
    "salt" BYTEA NOT NULL,

    CONSTRAINT "stage_identity_pkey" PRIMARY KEY ("run_id","name_space","match_key")
);

-- CreateTable
CREATE UNLOGGED TABLE "stage_record" (
    "run_id" BIGINT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "name_tag" BYTEA,
    "tag" BYTEA NOT NULL,
    "leaf" BYTEA NOT NULL,
    "commit" BYTEA NOT NULL,
    "body" JSONB NOT NULL,
    "personal" JSONB NOT NULL,
    "bears_right" BOOLEAN NOT NULL,
    "grants" JSONB NOT NULL,
    "permissions" JSONB NOT NULL,
    "merged" JSONB
);

-- CreateTable
CREATE UNLOGGED TABLE "stage_seen" (
    "run_id" BIGINT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "tag" BYTEA NOT NULL,
    "page_no" INTEGER NOT NULL
);

-- CreateTable
CREATE UNLOGGED TABLE "stage_page" (
    "run_id" BIGINT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "no" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "rows" INTEGER NOT NULL,
    "total" INTEGER,
    "same" BOOLEAN NOT NULL,

    CONSTRAINT "stage_page_pkey" PRIMARY KEY ("run_id","stream","scope","attempt","no")
);

-- CreateTable
CREATE UNLOGGED TABLE "stage_closing" (
    "run_id" BIGINT NOT NULL,
    "stream" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "matters" BOOLEAN NOT NULL,
    "bears_right" BOOLEAN NOT NULL,
    "exempt" BOOLEAN NOT NULL,

    CONSTRAINT "stage_closing_pkey" PRIMARY KEY ("run_id","stream","scope","identity_id")
);

-- CreateIndex
CREATE INDEX "slot_state_due_at_idx" ON "slot"("state", "due_at");

-- CreateIndex
CREATE INDEX "run_source_due_at_idx" ON "run"("source", "due_at");

-- CreateIndex
CREATE INDEX "identity_source_name_tag_idx" ON "identity"("source", "name_tag");

-- CreateIndex
CREATE UNIQUE INDEX "identity_source_name_space_match_key_key" ON "identity"("source", "name_space", "match_key");

-- CreateIndex
CREATE INDEX "record_source_from_seq_idx" ON "record"("source", "from_seq");

-- CreateIndex
CREATE INDEX "record_source_until_seq_idx" ON "record"("source", "until_seq");

-- CreateIndex
CREATE INDEX "record_source_identity_id_idx" ON "record"("source", "identity_id");

-- CreateIndex
CREATE INDEX "grant__source_principal_target_in_scope_idx" ON "grant_"("source", "principal", "target", "in_scope");

-- CreateIndex
CREATE INDEX "grant__source_from_seq_idx" ON "grant_"("source", "from_seq");

-- CreateIndex
CREATE INDEX "grant__source_until_seq_idx" ON "grant_"("source", "until_seq");

-- CreateIndex
CREATE INDEX "change_source_subject_idx" ON "change"("source", "subject");

-- CreateIndex
CREATE INDEX "stage_record_run_id_stream_scope_attempt_identity_id_idx" ON "stage_record"("run_id", "stream", "scope", "attempt", "identity_id");

-- CreateIndex
CREATE INDEX "stage_seen_run_id_stream_scope_attempt_identity_id_idx" ON "stage_seen"("run_id", "stream", "scope", "attempt", "identity_id");



-- ---------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say: one open version per object, the shape of the closed lists,
-- and append-only by trigger (prisma/grants.sql does the same by grant, for the application role).

CREATE UNIQUE INDEX "record_open" ON "record" ("source", "stream", "scope", "identity_id") WHERE "until_seq" IS NULL;
CREATE INDEX "record_bucket" ON "record" ("source", "bucket") WHERE "until_seq" IS NULL;
CREATE INDEX "record_right" ON "record" ("source", "stream", "scope") WHERE "until_seq" IS NULL AND "bears_right";
CREATE UNIQUE INDEX "grant_open" ON "grant_" ("source", "stream", "scope", "identity_id", "principal", "target", "in_scope") WHERE "until_seq" IS NULL;
CREATE UNIQUE INDEX "link_open" ON "link" ("source", "identity_id", "to_identity_id") WHERE "until_seq" IS NULL;
CREATE UNIQUE INDEX "role_permission_open" ON "role_permission" ("source", "scope", "role", "permission") WHERE "until_seq" IS NULL;
CREATE UNIQUE INDEX "bucket_open" ON "bucket" ("source", "no") WHERE "until_seq" IS NULL;
CREATE UNIQUE INDEX "watch_open" ON "watch" ("source", "stream", "scope") WHERE "until_seq" IS NULL;
-- everything below an OU is a range of canonical, root-first DN keys: only under the C collation is that an index range
ALTER TABLE "identity" ALTER COLUMN "match_key" TYPE text COLLATE "C";

ALTER TABLE "slot"
  ADD CHECK ("state" IN ('due', 'leased', 'published', 'failed', 'missed')),
  ADD CHECK ("trigger" IN ('schedule', 'manual')),
  ADD CHECK ("state" NOT IN ('failed', 'missed') OR "why" IS NOT NULL),
  ADD CHECK ("state" <> 'published' OR "seq" IS NOT NULL);
ALTER TABLE "identity"
  ADD CHECK ("name_space" IN ('admin', 'dn', 'member', 'token', 'role', 'scope')),
  ADD CHECK (("erased_at" IS NULL) = ("match_key" IS NOT NULL)),
  ADD CHECK (("erased_at" IS NULL) = ("salt" IS NOT NULL));
ALTER TABLE "record"
  ADD CHECK ("until_seq" > "from_seq"),
  ADD CHECK (octet_length("leaf") = 32 AND octet_length("commit") = 32),
  ADD CHECK ("bucket" = ((get_byte("leaf", 0) << 4) | (get_byte("leaf", 1) >> 4)));
ALTER TABLE "grant_" ADD CHECK ("until_seq" > "from_seq");
ALTER TABLE "link" ADD CHECK ("until_seq" > "from_seq");
ALTER TABLE "role_permission" ADD CHECK ("until_seq" > "from_seq");
ALTER TABLE "bucket" ADD CHECK ("until_seq" > "from_seq"), ADD CHECK ("no" BETWEEN 0 AND 4095);
ALTER TABLE "watch" ADD CHECK ("until_seq" > "from_seq"), ADD CHECK ("first_complete_seq" >= "from_seq");
ALTER TABLE "snapshot"
  ADD CHECK ("seq" > 0),
  ADD CHECK (octet_length("root") = 32),
  ADD CHECK ("digest" = sha256(convert_to("manifest", 'UTF8')));
ALTER TABLE "observation"
  ADD CHECK ("verdict" IN ('complete', 'partial', 'denied', 'masked')),
  ADD CHECK ("verdict" = 'complete' OR "why" IS NOT NULL);
ALTER TABLE "change"
  ADD CHECK ("what" IN (
    'principal-appeared', 'principal-disappeared', 'role-granted', 'role-revoked', 'permission-gained', 'permission-lost',
    'level-raised', 'level-lowered', 'role-defined', 'role-redefined', 'role-retired', 'members-changed', 'scope-appeared',
    'scope-disappeared', 'scope-changed', 'attribute-changed', 'identity-linked', 'identity-unlinked')),
  ADD CHECK ("cause" IN ('assignment', 'catalogue', 'group', 'ou', 'scope', 'directory', 'identity', 'configuration'));

-- True inside the owner's own functions (erase, retention), which say so for the length of their transaction.
-- Both are needed: the application role is never the owner, and the owner's ordinary sessions have not said so.
CREATE FUNCTION rewriting_allowed(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('rolewatch.rewriting', true) = 'on'
     AND pg_get_userbyid((SELECT relowner FROM pg_class WHERE oid = relation)) = current_user
$$;

CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION '% on % is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- The one change an interval may see: until_seq, once, from null, to the sequence being published.
CREATE FUNCTION close_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closed jsonb := to_jsonb(NEW);
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF OLD.until_seq IS NOT NULL OR NEW.until_seq IS NULL
     OR (to_jsonb(OLD) - 'until_seq') IS DISTINCT FROM (closed - 'until_seq') THEN
    RAISE EXCEPTION 'a row of % may only be closed, once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION next_seq(of_source text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT coalesce(max(seq), 0) + 1 FROM snapshot WHERE source = of_source
$$;

-- Rows may only begin, and only end, with the snapshot that is being published: no back-dating, no forward-dating.
CREATE FUNCTION begins_now() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stray record;
BEGIN
  SELECT r.source, r.from_seq INTO stray FROM (SELECT DISTINCT source, from_seq, until_seq FROM new_rows) r
   WHERE r.from_seq <> next_seq(r.source) OR r.until_seq IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot begin at % of %', TG_TABLE_NAME, stray.from_seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION ends_now() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stray record;
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NULL;
  END IF;
  SELECT r.source, r.until_seq INTO stray FROM (SELECT DISTINCT source, until_seq FROM new_rows) r
   WHERE r.until_seq <> next_seq(r.source) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot end at % of %', TG_TABLE_NAME, stray.until_seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE
  interval_table text;
BEGIN
  FOREACH interval_table IN ARRAY ARRAY['record', 'grant_', 'link', 'role_permission', 'bucket'] LOOP
    EXECUTE format('CREATE TRIGGER close_only BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION close_only()', interval_table);
    EXECUTE format('CREATE TRIGGER begins_now AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now()', interval_table);
    EXECUTE format('CREATE TRIGGER ends_now AFTER UPDATE ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ends_now()', interval_table);
    EXECUTE format('CREATE TRIGGER refuse_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()', interval_table);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', interval_table);
  END LOOP;
END $$;

DO $$
DECLARE
  insert_only text;
BEGIN
  FOREACH insert_only IN ARRAY ARRAY['snapshot', 'observation', 'hold', 'change', 'alert', 'action_log'] LOOP
    EXECUTE format('CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()', insert_only);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', insert_only);
  END LOOP;
END $$;

-- A snapshot is the next of its source, stands on the one before it, and is dated by this server's clock.
CREATE FUNCTION snapshot_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <> next_seq(NEW.source) THEN
    RAISE EXCEPTION 'snapshot % of % is not the next one', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.previous_digest IS DISTINCT FROM (SELECT digest FROM snapshot WHERE source = NEW.source AND seq = NEW.seq - 1) THEN
    RAISE EXCEPTION 'snapshot % of % does not stand on the one before it', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.recorded_at <> date_trunc('milliseconds', now()) THEN -- what the manifest can say of it
    RAISE EXCEPTION 'snapshot % of % is not dated by the database', NEW.seq, NEW.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER snapshot_follows BEFORE INSERT ON "snapshot" FOR EACH ROW EXECUTE FUNCTION snapshot_follows();

-- Keys and salts of a person are written once; only the owner's erasure may blank them.
CREATE FUNCTION identity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF (to_jsonb(OLD) - 'name_tag' - 'name_tag_key') IS DISTINCT FROM (to_jsonb(NEW) - 'name_tag' - 'name_tag_key') THEN
    RAISE EXCEPTION 'an identity is never rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER identity_stays BEFORE UPDATE ON "identity" FOR EACH ROW EXECUTE FUNCTION identity_stays();
CREATE TRIGGER refuse_delete BEFORE DELETE ON "identity" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "identity" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Erasing one person: keys, tags, salt and personal fields go; leaves, commitments and so every root stay as they are.
-- Refused while a record of the person is open: the next read would bring everything back.
CREATE FUNCTION erase_identity(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  IF EXISTS (SELECT 1 FROM record WHERE source = of_source AND identity_id = of_identity AND until_seq IS NULL) THEN
    RAISE EXCEPTION 'still upstream' USING ERRCODE = 'object_in_use';
  END IF;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  UPDATE identity SET match_key = NULL, shown_key = NULL, name_tag = NULL, name_tag_key = NULL, salt = NULL, erased_at = now()
   WHERE source = of_source AND identity_id = of_identity AND erased_at IS NULL;
  UPDATE record SET personal = NULL, tag = '\x' WHERE source = of_source AND identity_id = of_identity AND personal IS NOT NULL;
  GET DIAGNOSTICS blanked = ROW_COUNT;
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN blanked;
END $$;
REVOKE ALL ON FUNCTION erase_identity(text, bigint) FROM PUBLIC;
