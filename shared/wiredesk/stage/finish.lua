-- Finish a batch: for each item check the fence, add the result, then acknowledge. One call a batch.
--
-- KEYS  source stream, target stream, dead-letter stream; then for each item its article key and its journey key
-- ARGV  group, seconds an article's entry lives, seconds a journey lives; then for each item
--       entry id, verb, payload, stage, revision, content hash, force (0/1), journey record without its outcome
-- verbs publish, done, superseded, dead, retry
-- Returns for each item: the outcome, or 'fenced' (no longer ours to finish), or 'failed: <why>' (nothing acknowledged).
--
-- Lua does not roll back, so the order is: what may fail and can be repeated (the article's entry), what must happen
-- (the XADD), and only then the XACK. pcall keeps one item's failure from its neighbours. There is no shebang line:
-- with one, the whole script is refused when memory is full, and then not even acknowledging would work.
local source, target, dead = KEYS[1], KEYS[2], KEYS[3]
local group, article_ttl, journey_ttl = ARGV[1], ARGV[2], ARGV[3]
local ITEM = 8

-- What the duplicate check says: nil to publish, or the outcome that replaces publishing.
local function held_back(article_key, revision, content, force)
  local known = redis.pcall('HMGET', article_key, 'revision', 'content')
  if known.err then return nil, known.err end
  local current = tonumber(known[1] or 0)
  if current > tonumber(revision) then return 'superseded' end
  if current < tonumber(revision) and known[2] == content and force == '0' then return 'duplicate' end
  return nil
end

local function publish(article_key, payload, revision, content, force)
  if content ~= '' then
    local instead, err = held_back(article_key, revision, content, force)
    if err then return nil, err end
    if instead then return instead end
    local set = redis.pcall('HSET', article_key, 'revision', revision, 'content', content)
    if type(set) == 'table' and set.err then return nil, set.err end
    redis.pcall('EXPIRE', article_key, article_ttl)
  end
  local added = redis.pcall('XADD', target, '*', '__data__', payload)
  if type(added) == 'table' and added.err then return nil, added.err end
  return 'published'
end

-- A dead letter lets the same content be submitted again; the revision stays, to tell what is older.
local function bury(article_key, payload, revision)
  local added = redis.pcall('XADD', dead, '*', '__data__', payload)
  if type(added) == 'table' and added.err then return nil, added.err end
  if revision ~= '' and redis.pcall('HGET', article_key, 'revision') == revision then
    redis.pcall('HDEL', article_key, 'content')
  end
  return 'dead_lettered'
end

local function finish(at, article_key)
  local id, verb, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local revision, content, force = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  local pending = redis.pcall('XPENDING', source, group, id, id, 1)
  if pending.err then return nil, pending.err end
  if #pending == 0 then return 'fenced' end
  if verb == 'retry' then return 'retried' end
  local outcome, err
  if verb == 'publish' then
    outcome, err = publish(article_key, payload, revision, content, force)
  elseif verb == 'dead' then
    outcome, err = bury(article_key, payload, revision)
  else
    outcome = verb
  end
  if err then return nil, err end
  local acknowledged = redis.pcall('XACK', source, group, id)
  if type(acknowledged) == 'table' and acknowledged.err then return nil, acknowledged.err end
  return outcome
end

local results = {}
for n = 1, (#ARGV - 3) / ITEM do
  local at = 4 + (n - 1) * ITEM
  local article_key, journey_key = KEYS[2 + 2 * n], KEYS[3 + 2 * n]
  local outcome, err = finish(at, article_key)
  if outcome and outcome ~= 'fenced' and ARGV[at + 7] ~= '' then
    redis.pcall('HSET', journey_key, ARGV[at + 3], ARGV[at + 7] .. '"outcome":"' .. outcome .. '"}')
    redis.pcall('EXPIRE', journey_key, journey_ttl)
  end
  results[n] = outcome or ('failed: ' .. err)
end
return results
