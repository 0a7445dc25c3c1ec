-- What the application role may do, run by the owner after every migration. It begins from nothing, so that a right
-- taken out of this file is taken from the role; in one transaction, so that nobody sees it without rights.
-- Whatever is not said here is refused: DELETE, TRUNCATE, DDL, and UPDATE of anything but the columns named.
DO $$
DECLARE
  owned text;
BEGIN
  FOR owned IN
    SELECT format('%s %I.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, 'public', relname)
      FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND pg_has_role(relowner, 'USAGE')
     ORDER BY relname
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM rolewatch_app', owned);
    IF owned LIKE 'SEQUENCE%' THEN
      EXECUTE format('GRANT USAGE ON %s TO rolewatch_app', owned);
    ELSE
      EXECUTE format('GRANT SELECT ON %s TO rolewatch_app', owned);
    END IF;
  END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO rolewatch_app;

-- the ledger: sources, slots and runs move on
GRANT INSERT, UPDATE ON "source", "slot", "run" TO rolewatch_app;

-- intervals: opened by INSERT, closed once
GRANT INSERT, UPDATE ("until_seq") ON "record", "grant_", "link", "role_permission", "bucket" TO rolewatch_app;
GRANT INSERT, UPDATE ("until_seq", "first_complete_seq") ON "watch" TO rolewatch_app;

-- names: found again under a new tag key, otherwise never rewritten
GRANT INSERT, UPDATE ("name_tag", "name_tag_key") ON "identity" TO rolewatch_app;

-- evidence: written once. The database dates what it can date by itself
GRANT INSERT ON "snapshot", "observation", "hold", "change", "action_log" TO rolewatch_app;
GRANT INSERT ("source", "seq", "no", "kind", "severity", "body") ON "alert" TO rolewatch_app;
GRANT INSERT ("no", "wrapped") ON "tag_key" TO rolewatch_app;
GRANT INSERT ("source", "stream", "scope", "hold_seq", "expected", "reason", "actor"), UPDATE ("used_seq") ON "release" TO rolewatch_app;

-- legal holds: begun and released once; the trigger dates both
GRANT INSERT ("source", "identity_id", "reason", "actor"), UPDATE ("released_at", "released_by", "released_why") ON "legal_hold" TO rolewatch_app;

-- retention: how long what is kept is stated once and dated by the database; its own log moves on. Horizons are the owner's
GRANT INSERT ("source", "kind", "days", "actor") ON "retention_policy" TO rolewatch_app;
GRANT INSERT ("source", "night", "holder", "lease_until"), UPDATE ("epoch", "holder", "lease_until", "ended_at", "horizon_before", "horizon_after", "removed", "why", "error")
  ON "retention_run" TO rolewatch_app;

-- judging: what was judged, by what, and what came of it is written once; what waits to be judged is no evidence
GRANT INSERT ("digest", "document") ON "ruleset" TO rolewatch_app;
GRANT INSERT ("id", "digest", "actor", "reason") ON "ruleset_activation" TO rolewatch_app;
GRANT INSERT ("source", "id", "seq", "snapshot_digest", "ruleset_digest", "waivers_digest", "waivers", "verdicts_digest", "own_account", "as_of", "reason") ON "judgement" TO rolewatch_app;
GRANT INSERT ("source", "id", "rule", "subject_kind", "subject_id", "fields", "reason", "approver", "valid_from", "valid_until", "accepts") ON "waiver" TO rolewatch_app;
GRANT INSERT ON "assessment", "finding" TO rolewatch_app;
GRANT INSERT ("source", "finding", "no", "kind", "state", "severity", "message", "because", "matched", "matched_digest", "judgement", "why", "waiver", "actor", "reason") ON "finding_event" TO rolewatch_app;
GRANT INSERT, UPDATE, DELETE ON "judgement_due" TO rolewatch_app;

-- the outbox: messages move on, attempts are written once. The database dates both
GRANT INSERT ("source", "seq", "channel", "recipient", "message_id", "severity", "subject", "content", "due_at", "state", "kind", "schedule", "slot", "step"),
  UPDATE ("severity", "subject", "content", "state", "why", "attempts", "unconfirmed", "epoch", "holder", "lease_until", "due_at", "tried_since", "ended_at", "told_by")
  ON "outbox" TO rolewatch_app;
GRANT INSERT ON "outbox_alert", "outbox_about" TO rolewatch_app;
GRANT INSERT ("source", "id", "no", "holder", "began_at", "outcome", "said", "digest") ON "outbox_attempt" TO rolewatch_app;
GRANT INSERT ("source", "seq", "no", "actor", "reason") ON "alert_acknowledgement" TO rolewatch_app;

-- tokens: made, used and revoked; the trigger dates all three
GRANT INSERT ("name", "prefix", "hash", "role", "sources", "created_by", "expires_at"), UPDATE ("revoked_at", "revoked_by", "last_used_at") ON "api_token" TO rolewatch_app;

-- hints: what waits to be read; a run that has ended takes it away
GRANT INSERT, UPDATE, DELETE ON "hint" TO rolewatch_app;

-- who is there: tells of itself, and old rows go
GRANT INSERT, UPDATE, DELETE ON "replica" TO rolewatch_app;

-- caches and staging: nothing of them is evidence
GRANT INSERT, UPDATE, DELETE ON "page", "known_repeat" TO rolewatch_app;
GRANT INSERT, UPDATE, DELETE ON "stage_identity", "stage_record", "stage_seen", "stage_closing", "stage_page", "stage_run" TO rolewatch_app;

-- publishing decides in temporary tables. PUBLIC may make them unless a DBA took that away; only the database's owner can say so
DO $$
BEGIN
  IF NOT has_database_privilege('rolewatch_app', current_database(), 'TEMPORARY') THEN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO rolewatch_app', current_database());
  END IF;
END $$;

-- the one way to erase a person: it checks, logs and blanks as the owner
GRANT EXECUTE ON FUNCTION erase_identity(text, bigint) TO rolewatch_app;

-- the only ways to move a horizon and to delete what lies before it: they count the days, and know of legal holds
GRANT EXECUTE ON FUNCTION move_horizon(text, text), delete_past_retention(text, text, integer), delete_past_actions(integer), delete_past_store(text, integer)
  TO rolewatch_app;
