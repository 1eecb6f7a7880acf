-- Finish a batch: for each item check the fences, add the result, then acknowledge. One call a batch.
--
-- KEYS  source stream, target stream, dead-letter stream; then for each item its article key and its journey key
-- ARGV  group (the stage's name), seconds an article's entry lives, seconds a journey lives (0: none is written),
--       insist (0/1); then for each item
--       entry id, verb, payload, revision, content hash, force (0/1), article id or '', journey step up to its outcome,
--       what follows the outcome in it, trace id or ''
-- verbs publish, done, superseded, dead, retry
-- Returns for each item: the outcome, or 'fenced' (no longer ours to finish), or 'repeated' (this very entry was finished
-- before its group was lost), or 'failed article: <why>' (its own entry refused), or 'failed stream: <why>' (everyone's
-- trouble). What failed is not acknowledged.
--
-- Lua does not roll back, so the order is: what may fail and can be repeated (the article's entry), what must happen
-- (the XADD), and only then the XACK, one for all items that came so far. pcall keeps one item's failure from its
-- neighbours. There is no shebang line: with one, the whole script is refused when memory is full, and then not even
-- acknowledging would work.
local source, target, dead = KEYS[1], KEYS[2], KEYS[3]
local group, article_ttl, journey_ttl, insist = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local HEAD, ITEM = 4, 10

local function failure(answer)
  return type(answer) == 'table' and answer.err or nil
end

-- What the duplicate check says: nil to publish, or the outcome that replaces publishing. `known` is what the article's
-- entry holds: its current revision, that one's content, and the latest submission that said the same again.
local function held_back(article_key, known, revision, content, force)
  local current, latest, own = tonumber(known[1] or 0), tonumber(known[3] or 0), tonumber(revision)
  -- What a later submission repeated is held by every stage for the current revision, and for nothing between the two.
  if current > own or (latest > own and current ~= own) then return 'superseded' end
  if current < own and known[2] == content and force == '0' then
    redis.pcall('HSET', article_key, 'latest', revision)
    return 'duplicate'
  end
  return nil
end

local function put_back(article_key, known)
  if not known[1] then
    redis.pcall('DEL', article_key)
    return
  end
  redis.pcall('HSET', article_key, 'revision', known[1])
  if known[2] then
    redis.pcall('HSET', article_key, 'content', known[2])
  else
    redis.pcall('HDEL', article_key, 'content')
  end
end

local function publish(article_key, payload, revision, content, force)
  local known
  if content ~= '' then
    known = redis.pcall('HMGET', article_key, 'revision', 'content', 'latest')
    if known.err then return nil, 'article: ' .. known.err end
    local instead = held_back(article_key, known, revision, content, force)
    if instead then return instead end
    local set = failure(redis.pcall('HSET', article_key, 'revision', revision, 'content', content))
    if set then return nil, (string.find(set, '^OOM') and 'stream: ' or 'article: ') .. set end
    redis.pcall('EXPIRE', article_key, article_ttl)
  end
  local added = failure(redis.pcall('XADD', target, '*', '__data__', payload))
  if added then
    if known then put_back(article_key, known) end  -- what is not published is nothing to be a duplicate of
    return nil, 'stream: ' .. added
  end
  return 'published'
end

-- A dead letter lets the same content be submitted again; the revision stays, to tell what is older.
local function bury(article_key, payload, revision)
  local added = failure(redis.pcall('XADD', dead, '*', '__data__', payload))
  if added then return nil, 'stream: ' .. added end
  if revision ~= '' and redis.pcall('HGET', article_key, 'revision') == revision then
    redis.pcall('HDEL', article_key, 'content')
  end
  return 'dead_lettered'
end

-- A group that was destroyed and made again is given once more what it had acknowledged, as far as it is not trimmed.
-- The journey keeps a stage's last entry of a submission: an earlier one was finished as well, or there were no later.
local function finished_before(journey_key, id)
  local step = redis.pcall('HGET', journey_key, group)
  if type(step) ~= 'string' then return false end
  local last_ms, last_seq = string.match(step, '^%d+ (%d+)%-(%d+) ')
  if not last_ms then return false end
  local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
  if ms == last_ms and seq == last_seq then return not string.find(step, ' retried', 1, true) end
  ms, seq, last_ms, last_seq = tonumber(ms), tonumber(seq), tonumber(last_ms), tonumber(last_seq)
  return ms < last_ms or (ms == last_ms and seq < last_seq)
end

-- The fence. What was read at once stands together among the pending, so one look finds nearly all of a batch; what it
-- does not find is looked for by itself.
local count = (#ARGV - HEAD) / ITEM
local held = {}
if count > 1 then
  local pending = redis.pcall('XPENDING', source, group, ARGV[HEAD + 1], ARGV[HEAD + 1 + (count - 1) * ITEM], count)
  for n = 1, #pending do held[pending[n][1]] = true end
end

local function fenced(id)
  if held[id] ~= nil then return not held[id] end
  local pending = redis.pcall('XPENDING', source, group, id, id, 1)
  if pending.err then return nil, 'stream: ' .. pending.err end
  return #pending == 0
end

-- All but acknowledging: the outcome, or why there is none.
local function finish(at, article_key, journey_key)
  local id, verb = ARGV[at], ARGV[at + 1]
  local ended, err = fenced(id)
  if err then return nil, err end
  if ended then return 'fenced' end
  if finished_before(journey_key, id) then return 'repeated' end
  if verb == 'retry' then return 'retried' end
  local payload, revision = ARGV[at + 2], ARGV[at + 3]
  if verb == 'publish' then return publish(article_key, payload, revision, ARGV[at + 4], ARGV[at + 5]) end
  if verb == 'dead' then return bury(article_key, payload, revision) end
  return verb
end

local function note(journey_key, at, outcome)
  if journey_ttl == '0' or outcome == 'fenced' or outcome == 'repeated' then return end
  local step, article_id, trace_id = ARGV[at + 7] .. outcome .. ARGV[at + 8], ARGV[at + 6], ARGV[at + 9]
  local fields = {group, step}
  if article_id ~= '' then fields[3], fields[4] = 'article', article_id end
  if trace_id ~= '' then fields[#fields + 1], fields[#fields + 2] = 'trace', trace_id end
  redis.pcall('HSET', journey_key, unpack(fields))
  redis.pcall('EXPIRE', journey_key, journey_ttl)
end

-- Memory is checked until a script has written something, so this write, which changes nothing, lets what is in hand be
-- put down on a full server: acknowledging and then trimming is what empties it.
if insist == '1' then redis.pcall('XTRIM', source, 'MINID', '0-1') end

local results, settled, acknowledged = {}, {}, {}
for n = 1, count do
  local at = HEAD + 1 + (n - 1) * ITEM
  local outcome, err = finish(at, KEYS[2 + 2 * n], KEYS[3 + 2 * n])
  results[n] = outcome or ('failed ' .. err)
  if outcome then settled[#settled + 1] = n end
  if outcome and outcome ~= 'fenced' and outcome ~= 'retried' then
    acknowledged[#acknowledged + 1] = ARGV[at]
    held[ARGV[at]] = false  -- named twice, it is finished once
  end
end
local refused = #acknowledged > 0 and failure(redis.pcall('XACK', source, group, unpack(acknowledged)))
for _, n in ipairs(settled) do
  local at = HEAD + 1 + (n - 1) * ITEM
  if refused and held[ARGV[at]] == false then
    results[n] = 'failed stream: ' .. refused
  else
    note(KEYS[3 + 2 * n], at, results[n])
  end
end
return results
