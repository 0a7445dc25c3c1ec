-- The journal: of every row that carries truth and is not under a root, the database itself notes what was written.
-- An entry is made at the end of the transaction that wrote the row, and carries the hash of the entry before it.

-- CreateTable
CREATE TABLE "journal" (
    "no" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "about" TEXT NOT NULL,
    "key" JSONB NOT NULL,
    "how" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "content" BYTEA,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "journal_pkey" PRIMARY KEY ("no")
);

ALTER TABLE "journal"
  ADD CHECK ("how" IN ('written', 'adopted', 'deleted')),
  ADD CHECK (("how" = 'deleted') = ("content" IS NULL));

CREATE TRIGGER refuse_rewrite BEFORE UPDATE OR DELETE ON "journal" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON "journal" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
-- Nobody inserts: the triggers below do, as the owner.

-- A row as it is hashed. Nulls are left out, so that a column which is added later, and is null, changes nothing.
CREATE FUNCTION journal_text(whole jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
  SELECT convert_to((SELECT jsonb_object_agg(k, v) FROM jsonb_each(whole) AS e (k, v) WHERE v <> 'null')::text, 'UTF8')
$$;

-- Rows that are written together with another one, and never without it, are hashed with that one, as one.
CREATE FUNCTION journal_parts(of_table text, whole jsonb) RETURNS bytea LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
  of_source text := whole ->> 'source';
  of_id bigint := CASE WHEN of_table IN ('judgement', 'outbox') THEN whole ->> 'id' END;
  of_seq integer := CASE of_table WHEN 'snapshot' THEN whole ->> 'seq' END;
BEGIN
  RETURN CASE of_table
    WHEN 'snapshot' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM hold p WHERE source = of_source AND seq = of_seq) q)
      || (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM observation p WHERE source = of_source AND seq = of_seq) q)
    WHEN 'judgement' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM assessment p WHERE source = of_source AND judgement = of_id) q)
    WHEN 'outbox' THEN
      (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM outbox_about p WHERE source = of_source AND id = of_id) q)
      || (SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM
         (SELECT sha256(journal_text(to_jsonb(p))) AS h FROM outbox_alert p WHERE source = of_source AND id = of_id) q)
    ELSE ''::bytea
  END;
END $$;

-- The next entry. The lock is taken when everything else of the transaction is done, and held until it has ended: so
-- entries follow one another in the order of commits, and nobody who waits for it keeps anybody else waiting.
CREATE FUNCTION journal_append(of_table text, of_key jsonb, of_how text, of_content bytea) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  last record;
  moment timestamptz(6);
  writer text := CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;
BEGIN
  PERFORM pg_advisory_xact_lock(7270736905);
  SELECT no, hash INTO last FROM journal ORDER BY no DESC LIMIT 1;
  moment := clock_timestamp();
  INSERT INTO journal (no, at, about, key, how, "by", content, hash)
  VALUES (coalesce(last.no, 0) + 1, moment, of_table, of_key, of_how, writer, of_content,
          sha256(coalesce(last.hash, '') || convert_to(concat_ws(' ',
            coalesce(last.no, 0) + 1, to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            of_table, of_how, writer, coalesce(encode(of_content, 'hex'), '-'), of_key::text), 'UTF8')));
END $$;
REVOKE ALL ON FUNCTION journal_append(text, jsonb, text, bytea) FROM PUBLIC;

-- Arguments: columns of the key, columns that say nothing true (who is at it, until when).
CREATE FUNCTION journalled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
  keys CONSTANT text[] := string_to_array(TG_ARGV[0], ' ');
  moving CONSTANT text[] := string_to_array(TG_ARGV[1], ' ');
  whole jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END) - moving;
  parts bytea;
BEGIN
  parts := journal_parts(TG_TABLE_NAME, whole);
  IF TG_OP = 'UPDATE' AND parts = '' AND whole = to_jsonb(OLD) - moving THEN
    RETURN NULL;
  END IF;
  PERFORM journal_append(TG_TABLE_NAME, (SELECT jsonb_object_agg(k, whole -> k) FROM unnest(keys) AS k),
    CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'written' END,
    CASE WHEN TG_OP <> 'DELETE' THEN sha256(journal_text(whole) || parts) END);
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION journalled() FROM PUBLIC;

-- Rows that the journal does not know are vouched for from now on, not for the time before. Its word for that is "adopted".
CREATE FUNCTION journal_adopt(of_table text, keys text, moving text, only_where text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
  present record;
BEGIN
  FOR present IN EXECUTE format(
    'SELECT whole, key
       FROM (SELECT to_jsonb(t) - %L::text[] AS whole, (SELECT jsonb_object_agg(k, to_jsonb(t) -> k) FROM unnest(%L::text[]) AS k) AS key
               FROM %I t WHERE %s ORDER BY %s) adopted
      WHERE NOT EXISTS (SELECT FROM journal j WHERE j.about = %L AND j.key = adopted.key)',
    string_to_array(moving, ' '), string_to_array(keys, ' '), of_table, coalesce('t.' || only_where, 'true'),
    't.' || replace(keys, ' ', ', t.'), of_table) LOOP
    PERFORM journal_append(of_table, present.key, 'adopted', sha256(journal_text(present.whole) || journal_parts(of_table, present.whole)));
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION journal_adopt(text, text, text, text) FROM PUBLIC;

-- Puts a table under the journal.
CREATE FUNCTION keep_journal(of_table text, keys text, moving text, events text, only_where text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  event text;
BEGIN
  PERFORM journal_adopt(of_table, keys, moving, only_where);
  FOREACH event IN ARRAY string_to_array(events, ' ') LOOP
    EXECUTE format(
      'CREATE CONSTRAINT TRIGGER %I AFTER %s ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW %s EXECUTE FUNCTION journalled(%L, %L)',
      'journal_' || lower(event), event, of_table,
      CASE WHEN only_where IS NOT NULL THEN format('WHEN (%s.%s)', CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END, only_where) END,
      keys, moving);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION keep_journal(text, text, text, text, text) FROM PUBLIC;

DO $$
BEGIN
  -- written once; what has passed its horizon is deleted
  PERFORM keep_journal('action_log', 'id', '', 'INSERT DELETE');
  PERFORM keep_journal('alert', 'source seq no', '', 'INSERT DELETE');
  PERFORM keep_journal('alert_acknowledgement', 'source seq no', '', 'INSERT DELETE');
  PERFORM keep_journal('change', 'source seq no', '', 'INSERT DELETE');
  PERFORM keep_journal('finding', 'source id', '', 'INSERT');
  PERFORM keep_journal('finding_event', 'source finding no', '', 'INSERT');
  PERFORM keep_journal('judgement', 'source id', '', 'INSERT');
  PERFORM keep_journal('outbox_attempt', 'source id no', '', 'INSERT DELETE');
  PERFORM keep_journal('ruleset', 'digest', '', 'INSERT');
  PERFORM keep_journal('ruleset_activation', 'id', '', 'INSERT');
  PERFORM keep_journal('snapshot', 'source seq', '', 'INSERT');
  PERFORM keep_journal('tag_key', 'no', '', 'INSERT');
  PERFORM keep_journal('waiver', 'source id', '', 'INSERT');
  -- moving on
  PERFORM keep_journal('api_token', 'id', 'last_used_at', 'INSERT UPDATE');
  PERFORM keep_journal('legal_hold', 'source id', '', 'INSERT UPDATE');
  PERFORM keep_journal('outbox', 'source id', 'holder lease_until due_at', 'INSERT UPDATE DELETE');
  PERFORM keep_journal('release', 'source id', '', 'INSERT UPDATE');
  PERFORM keep_journal('run', 'id', '', 'INSERT UPDATE DELETE');
  PERFORM keep_journal('slot', 'source due_at', 'holder lease_until epoch', 'INSERT UPDATE DELETE');
  PERFORM keep_journal('source', 'name', '', 'INSERT UPDATE');
  -- how long what is kept, and what was deleted for that
  PERFORM keep_journal('action_log_anchor', 'id', '', 'INSERT');
  PERFORM keep_journal('retention_horizon', 'source kind seq', '', 'INSERT');
  PERFORM keep_journal('retention_policy', 'source kind id', '', 'INSERT');
  PERFORM keep_journal('retention_run', 'source id', 'epoch holder lease_until', 'INSERT UPDATE');
  -- coming and going
  PERFORM keep_journal('link', 'source identity_id to_identity_id from_seq', '', 'INSERT UPDATE DELETE');
  PERFORM keep_journal('watch', 'source stream scope from_seq', '', 'INSERT UPDATE DELETE');
  -- a person who was erased
  PERFORM keep_journal('identity', 'source identity_id', 'name_tag name_tag_key', 'UPDATE DELETE', 'erased_at IS NOT NULL');
  -- a record is under the root of its snapshots, but for whether it was merged
  PERFORM keep_journal('record', 'source stream scope identity_id from_seq',
    'until_seq form tag tag_key leaf bucket commit body personal bears_right', 'INSERT DELETE', 'merged');
END $$;
