-- CreateTable
CREATE TABLE "legal_hold" (
    "source" TEXT NOT NULL,
    "id" BIGSERIAL NOT NULL,
    "identity_id" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "released_at" TIMESTAMPTZ(6),

    CONSTRAINT "legal_hold_pkey" PRIMARY KEY ("source","id")
);

CREATE UNIQUE INDEX "legal_hold_open" ON "legal_hold" ("source", "identity_id") WHERE "released_at" IS NULL;

-- A hold begins and ends by the database's clock, once each; who ended it and why is in the log of actions.
CREATE FUNCTION legal_hold_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.created_at <> now() OR NEW.released_at IS NOT NULL THEN
      RAISE EXCEPTION 'a legal hold begins now' USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF OLD.released_at IS NOT NULL OR NEW.released_at IS DISTINCT FROM now()
     OR (to_jsonb(OLD) - 'released_at') IS DISTINCT FROM (to_jsonb(NEW) - 'released_at') THEN
    RAISE EXCEPTION 'a legal hold may only be released, once, now' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER legal_hold_moves_on BEFORE INSERT OR UPDATE ON "legal_hold" FOR EACH ROW EXECUTE FUNCTION legal_hold_moves_on();
CREATE TRIGGER refuse_delete BEFORE DELETE ON "legal_hold" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "legal_hold" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- As before, and refused while the person is on legal hold. The identity is locked first: a hold placed meanwhile waits.
CREATE OR REPLACE FUNCTION erase_identity(of_source text, of_identity bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  blanked integer;
BEGIN
  PERFORM 1 FROM identity WHERE source = of_source AND identity_id = of_identity FOR UPDATE;
  IF EXISTS (SELECT 1 FROM record WHERE source = of_source AND identity_id = of_identity AND until_seq IS NULL) THEN
    RAISE EXCEPTION 'still upstream' USING ERRCODE = 'object_in_use';
  END IF;
  IF EXISTS (SELECT 1 FROM legal_hold WHERE source = of_source AND identity_id = of_identity AND released_at IS NULL) THEN
    RAISE EXCEPTION 'on legal hold' USING ERRCODE = 'object_in_use';
  END IF;
  PERFORM set_config('rolewatch.rewriting', 'on', true);
  UPDATE identity SET match_key = NULL, shown_key = NULL, name_tag = NULL, name_tag_key = NULL, salt = NULL, erased_at = now()
   WHERE source = of_source AND identity_id = of_identity AND erased_at IS NULL;
  UPDATE record SET personal = NULL, tag = '\x' WHERE source = of_source AND identity_id = of_identity AND personal IS NOT NULL;
  GET DIAGNOSTICS blanked = ROW_COUNT;
  PERFORM set_config('rolewatch.rewriting', 'off', true);
  RETURN blanked;
END $$;
