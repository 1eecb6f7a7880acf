-- Name the cluster of each article of a batch: that of the first article it is a copy of, else its own. One call a batch,
-- so that two workers that hold two copies at the same moment come to one cluster.
--
-- KEYS  bands: hash of a band to the number of the first founder that has it; founders: hash of a number to a founder's
--       time (s, 32 bits) and signature, and of `next` and `oldest` to the numbers where founders begin and end
-- ARGV  seconds a founder is remembered, founders remembered at most, founders forgotten at most by this call,
--       containment and resemblance of a copy at least; then for each article its signature (`likeness.py`)
-- Returns for each article: 'joined', 'founded' or 'known' (its very text founded the cluster) and the cluster's id; or
-- 'failed' and why: then it keeps its own.
--
-- An article is compared with founders only, so that a chain of small changes does not tie two stories together; with the
-- oldest first, and a band stays with whoever had it first, so that asking again gives the same answer.
local bands_key, founders_key = KEYS[1], KEYS[2]
local kept_s, most, forget_most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local containment, resemblance = tonumber(ARGV[4]), tonumber(ARGV[5])
local HEAD = 5
local TIME, ID, SIZE, VALUES, BANDS, BAND = 4, 24, 4, 128, 16, 6
local RECORD = TIME + ID + SIZE + VALUES + BANDS * BAND
local now = tonumber(redis.call('TIME')[1])

local function values_of(signature)
  return {string.byte(signature, ID + SIZE + 1, ID + SIZE + VALUES)}
end

local function bands_of(signature)
  local bands, at = {}, ID + SIZE + VALUES
  for n = 1, BANDS do
    bands[n] = string.sub(signature, at + 1, at + BAND)
    at = at + BAND
  end
  return bands
end

local function is_copy(values, shingles, other)
  local same = 0
  for n, value in ipairs(values_of(other)) do
    if value == values[n] then same = same + 1 end
  end
  local alike = (same / VALUES - 1 / 256) / (1 - 1 / 256)
  if alike < resemblance then return false end
  local others = struct.unpack('>I4', other, ID + 1)
  return alike / (1 + alike) * (shingles + others) / math.min(shingles, others) >= containment
end

-- Whether a founder, if there is one, still counts; what is no whole record (a hand in the keys) does not.
local function is_young(founder)
  return founder and #founder == RECORD and now - struct.unpack('>I4', founder) <= kept_s
end

-- The founders that share a band, as numbers and as what is known of them; and which bands nobody living has.
local function sharing(bands)
  local numbers, seen = {}, {}
  local holders = redis.call('HMGET', bands_key, unpack(bands))
  for n = 1, BANDS do
    local holder = holders[n]
    if holder and not seen[holder] then
      seen[holder] = true
      numbers[#numbers + 1] = holder
    end
  end
  table.sort(numbers, function(one, other) return tonumber(one) < tonumber(other) end)
  local founders = #numbers > 0 and redis.call('HMGET', founders_key, unpack(numbers)) or {}
  local living = {}
  for n = 1, #numbers do
    living[numbers[n]] = is_young(founders[n])
  end
  local free = {}
  for n = 1, BANDS do
    if not (holders[n] and living[holders[n]]) then free[#free + 1] = bands[n] end
  end
  return numbers, founders, living, free
end

local function settle(signature)
  if #signature ~= RECORD - TIME then error('a signature of another length') end
  local bands, values = bands_of(signature), values_of(signature)
  local shingles = struct.unpack('>I4', signature, ID + 1)
  local numbers, founders, living, free = sharing(bands)
  for n = 1, #numbers do
    if living[numbers[n]] then
      local other = string.sub(founders[n], TIME + 1)
      if is_copy(values, shingles, other) then
        local own, cluster = string.sub(signature, 1, ID), string.sub(other, 1, ID)
        return (own == cluster and 'known ' or 'joined ') .. cluster
      end
    end
  end
  local number = redis.call('HINCRBY', founders_key, 'next', 1)
  redis.call('HSET', founders_key, number, struct.pack('>I4', now) .. signature)
  local held = {}
  for n, band in ipairs(free) do
    held[2 * n - 1], held[2 * n] = band, number
  end
  if #held > 0 then redis.call('HSET', bands_key, unpack(held)) end
  return 'founded ' .. string.sub(signature, 1, ID)
end

local function forget_bands(number, signature)
  local bands, own = bands_of(signature), {}
  local holders = redis.call('HMGET', bands_key, unpack(bands))
  for n = 1, BANDS do
    if holders[n] == number then own[#own + 1] = bands[n] end
  end
  if #own > 0 then redis.call('HDEL', bands_key, unpack(own)) end
end

-- The oldest go first, a bounded number a call, so that no call takes long.
local function forget()
  local ends = redis.call('HMGET', founders_key, 'oldest', 'next')
  local first, last = tonumber(ends[1] or 1), tonumber(ends[2] or 0)
  local oldest = first
  while oldest <= last and oldest - first < forget_most do
    local number = string.format('%d', oldest)
    local founder = redis.call('HGET', founders_key, number)
    if is_young(founder) and last - oldest < most then break end
    if founder then
      forget_bands(number, string.sub(founder, TIME + 1))
      redis.call('HDEL', founders_key, number)
    end
    oldest = oldest + 1
  end
  if oldest > first then redis.call('HSET', founders_key, 'oldest', string.format('%d', oldest)) end
end

local function failure(err)
  return 'failed ' .. (type(err) == 'table' and err.err or tostring(err))
end

-- Numbers begin anew when the founders are gone: bands left behind would name others.
if redis.pcall('EXISTS', founders_key) == 0 then redis.pcall('UNLINK', bands_key) end

local results = {}
for n = 1, #ARGV - HEAD do
  local went, result = pcall(settle, ARGV[HEAD + n])
  results[n] = went and result or failure(result)
end
pcall(forget)
return results
