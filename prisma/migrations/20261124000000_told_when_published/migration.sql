-- Intervals could not be back-dated before; now nothing that tells of a snapshot can be added to one that is published.

CREATE FUNCTION being_published(of_source text, of_seq integer) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT of_seq = next_seq(of_source)
      OR EXISTS (SELECT FROM snapshot WHERE source = of_source AND seq = of_seq AND xmin = pg_current_xact_id()::xid)
$$;

-- How it was obtained, what waits, what changed and what is worth telling are written by the transaction that publishes it.
CREATE FUNCTION of_this_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stray record;
BEGIN
  SELECT r.source, r.seq INTO stray FROM (SELECT DISTINCT source, seq FROM new_rows) r
   WHERE NOT being_published(r.source, r.seq) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a row of % cannot be added to snapshot % of %', TG_TABLE_NAME, stray.seq, stray.source USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE
  telling text;
BEGIN
  FOREACH telling IN ARRAY ARRAY['observation', 'hold', 'change', 'alert'] LOOP
    EXECUTE format('CREATE TRIGGER of_this_publication AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION of_this_publication()', telling);
  END LOOP;
END $$;

-- Each column that the trigger names goes once from null to the sequence being published; nothing else of a row moves.
CREATE FUNCTION steps_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  step text;
BEGIN
  IF rewriting_allowed(TG_RELID) THEN
    RETURN NEW;
  END IF;
  FOREACH step IN ARRAY TG_ARGV LOOP
    IF was -> step IS DISTINCT FROM becomes -> step
       AND (was ->> step IS NOT NULL OR (becomes ->> step)::integer IS DISTINCT FROM next_seq(NEW.source)) THEN
      RAISE EXCEPTION '% of % is set once, by the snapshot being published', step, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  IF (was - TG_ARGV) IS DISTINCT FROM (becomes - TG_ARGV) THEN
    RAISE EXCEPTION 'a row of % is never rewritten', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER begins_now AFTER INSERT ON "watch" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION begins_now();
CREATE TRIGGER steps_once BEFORE UPDATE ON "watch" FOR EACH ROW EXECUTE FUNCTION steps_once('first_complete_seq', 'until_seq');
CREATE TRIGGER steps_once BEFORE UPDATE ON "release" FOR EACH ROW EXECUTE FUNCTION steps_once('used_seq');

DO $$
DECLARE
  kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['watch', 'release'] LOOP
    EXECUTE format('CREATE TRIGGER refuse_delete BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()', kept);
    EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()', kept);
  END LOOP;
END $$;

-- An action is logged when it is done, behind the one before it.
CREATE FUNCTION action_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.at NOT BETWEEN now() AND clock_timestamp() THEN
    RAISE EXCEPTION 'an action is logged when it is done' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM action_log)
     OR NEW.previous_hash IS DISTINCT FROM (SELECT hash FROM action_log ORDER BY id DESC LIMIT 1) THEN
    RAISE EXCEPTION 'action % does not follow the one before it', NEW.id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER action_follows BEFORE INSERT ON "action_log" FOR EACH ROW EXECUTE FUNCTION action_follows();
