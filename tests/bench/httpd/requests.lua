-- For wrk: PIPELINE requests at a time (1), by turns for FILES (comma-separated; default: the URL's).
local pipeline = tonumber(os.getenv("PIPELINE") or "1")
local requests, next_one = {}, 0

function init()
    local files = {}
    for file in (os.getenv("FILES") or ""):gmatch("[^,]+") do files[#files + 1] = file end
    if #files == 0 then files[1] = wrk.path end
    for _, file in ipairs(files) do
        requests[#requests + 1] = string.rep(wrk.format("GET", file), pipeline)
    end
end

function request()
    next_one = next_one % #requests + 1
    return requests[next_one]
end
