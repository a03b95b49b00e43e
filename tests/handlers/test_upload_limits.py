"""Rate limits, budgets and wrong keys, as clients see them."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import API_KEY, API_KEYS, make_config
from tests.handlers.conftest import Fetch, error_of
from tests.ports import free_port
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers.services import Services

SIGN = f"/generate_policy?api_key={API_KEY}"
LIST = f"/list_files?api_key={API_KEY}&private_api_key="
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RIGHT, WRONG = LIST + "98765", LIST + "9876"


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The options that a test is marked with; `rules` go into the app's record."""
    changes = dict(request.node.get_closest_marker("options").kwargs)
    if rules := changes.pop("rules", ""):
        record = 'name="foobar"\nenv="develop"\napi_key="12345678"\nprivate_key="98765"\n'
        (tmp_path / "apps.toml").write_text(f"[[apps]]\n{record}{rules}\n")
        changes |= {"API_KEYS": "", "APPS_FILE": str(tmp_path / "apps.toml")}
    return changes


@pytest.mark.options(RATE_LIMIT_ADDRESS="2/day", RATE_LIMIT_KEY="off")
async def test_too_many_requests_of_an_address(fetch: Fetch) -> None:
    """429 with Retry-After and the standard fields, which scripts may read."""
    first = await fetch(SIGN, "POST", body="")
    assert first.headers["RateLimit-Policy"] == '"address";q=2;w=86400'
    assert first.headers["RateLimit"].startswith('"address";r=1;t=')
    assert (await fetch(SIGN, "POST", body="")).code == 200
    refused = await fetch(SIGN, "POST", body="", headers={"Origin": "https://a.example"})
    assert refused.code == 429
    body = error_of(refused)
    assert (body["error"], body["limit"]) == ("too_many_requests", 2)
    assert 1 <= int(refused.headers["Retry-After"]) <= 86400
    assert refused.headers["RateLimit"].startswith('"address";r=0;t=')
    assert refused.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "RateLimit" in refused.headers["Access-Control-Expose-Headers"]
    assert refused.headers["Cache-Control"] == "no-store"


@pytest.mark.options(RATE_LIMIT_ADDRESS="3/day")
async def test_unknown_keys_are_counted_as_well(fetch: Fetch) -> None:
    """Guessing API keys uses up the address' requests."""
    for _ in range(3):
        assert (await fetch("/generate_policy?api_key=x", "POST", body="")).code == 403
    assert (await fetch(SIGN, "POST", body="")).code == 429


@pytest.mark.options(RATE_LIMIT_ADDRESS="off", RATE_LIMIT_KEY="1/day")
async def test_too_many_requests_of_a_key(fetch: Fetch) -> None:
    """The key's own limit holds over all addresses."""
    assert (await fetch(SIGN, "POST", body="")).code == 200
    refused = await fetch(SIGN, "POST", body="")
    assert (refused.code, refused.headers["RateLimit-Policy"]) == (429, '"key";q=1;w=86400')


@pytest.mark.options(RATE_LIMIT_ADDRESS="2/day", RATE_LIMIT_KEY="off", TRUSTED_PROXIES="127.0.0.1")
async def test_an_address_is_that_in_front_of_the_trusted_proxies(fetch: Fetch) -> None:
    """Each client behind our proxy has its own limit, and an IPv6 network of 64 bits is one."""
    for address, code in (
        ("192.0.2.1", 200), ("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200),
        ("2001:db8::1", 200), ("2001:db8::2", 200), ("2001:db8::3", 429),
    ):  # fmt: skip
        response = await fetch(SIGN, "POST", body="", headers={"X-Forwarded-For": address})
        assert response.code == code, address


@pytest.mark.options(RATE_LIMIT_ADDRESS="2/day", RATE_LIMIT_KEY="1000/day")
async def test_nobody_chooses_his_own_address(fetch: Fetch) -> None:
    """Without trusted proxies the header counts for nothing."""
    codes = [
        (await fetch(SIGN, "POST", body="", headers={"X-Forwarded-For": f"192.0.2.{n}"})).code
        for n in range(3)
    ]
    assert codes == [200, 200, 429]


@pytest.mark.options(rules="daily_uploads = 2")
async def test_the_apps_uploads_of_a_day(fetch: Fetch) -> None:
    """Signatures are counted, of old and new clients and of Uppy alike."""
    new = {"api_key": API_KEY, "filename": "a", "content_type": "image/png", "size": 1}
    headers = {"Content-Type": "application/json"}
    assert (await fetch(SIGN, "POST", body="")).code == 200
    assert (
        await fetch("/generate_policy", "POST", body=json.dumps(new), headers=headers)
    ).code == 200
    refused = await fetch(f"/uppy/{API_KEY}/s3/params?filename=a&type=image/png")
    assert refused.code == 429
    assert error_of(refused)["message"] == (
        "2 uploads of this app in a day are the limit, and used up"
    )
    assert refused.reason == error_of(refused)["message"], "Uppy shows the status line"


@pytest.mark.options(rules="daily_bytes = 1000\nmax_bytes = 800")
async def test_the_apps_bytes_of_a_day(fetch: Fetch) -> None:
    """What a signature lets through counts; one that does not fit takes nothing."""

    async def sign(size: int) -> int:
        new = {"api_key": API_KEY, "filename": "a", "content_type": "image/png", "size": size}
        headers = {"Content-Type": "application/json"}
        response = await fetch("/generate_policy", "POST", body=json.dumps(new), headers=headers)
        return response.code

    assert [await sign(size) for size in (700, 301, 300, 1)] == [200, 429, 200, 429]


@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="1/day")
async def test_wrong_private_keys_are_stopped(fetch: Fetch, bucket: object) -> None:
    """Past the limit the right one is refused, too, from that address."""
    assert (await fetch(RIGHT)).code == 200
    wrong = await fetch(WRONG)
    assert (wrong.code, wrong.body) == (403, b"Invalid request.")
    assert wrong.request_time >= 0.9, "a wrong key is answered late"
    for path in (WRONG, RIGHT):
        refused = await fetch(path)
        assert refused.code == 429
        assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.options(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", RATE_LIMIT_ADDRESS="1/day")
async def test_without_redis_each_process_counts(fetch: Fetch) -> None:
    """A Redis that is down delays nothing for long and opens no limit."""
    first = await fetch(SIGN, "POST", body="")
    assert first.code == 200
    assert first.request_time < 2
    assert (await fetch(SIGN, "POST", body="")).code == 429


@pytest.mark.options(rules="daily_bytes = 1000")
async def test_what_never_fits_is_too_large(fetch: Fetch) -> None:
    """413 and not 429: waiting for tomorrow would not help."""
    refused = await fetch(f"{SIGN}&filename=a&content_type=image/png&size=1001", "POST", body="")
    assert (refused.code, error_of(refused)["limit"]) == (413, 1000)


@pytest.mark.options(rules="min_bytes = 200", UPLOAD_MAX_BYTES="100")
async def test_a_file_can_be_large_enough(environment: dict[str, str]) -> None:
    """Bounds between which nothing lies stop the start."""
    with pytest.raises(ConfigurationError, match="UPLOAD_MAX_BYTES: is under the min_bytes"):
        Services.of(make_config(**environment))


@pytest.mark.options(rules="scan = true")
async def test_a_scan_needs_a_scanner(environment: dict[str, str]) -> None:
    """The start says so."""
    with pytest.raises(ConfigurationError, match="CLAMD_ADDRESS: got nothing, and foobar-develop"):
        Services.of(make_config(**environment))


@pytest.mark.options(RATE_LIMIT_ADDRESS="off", RATE_LIMIT_KEY="off")
async def test_limits_can_be_switched_off(fetch: Fetch) -> None:
    """Then no answer has their fields."""
    response = await fetch(SIGN, "POST", body="")
    assert response.code == 200
    assert "RateLimit" not in response.headers


@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="1/hour")
async def test_without_a_key_nobody_is_locked_out(fetch: Fetch, bucket: object) -> None:
    """What proves nothing is no guess: a page's slips cost its office's server nothing."""
    for _ in range(3):
        assert (await fetch(LIST)).code == 403
        slip = await fetch("/uploads/complete", "POST", body=urlencode({"key": "x"}), headers=FORM)
        assert (slip.code, error_of(slip)["message"]) == (403, "the parameter token is missing")
    assert (await fetch(RIGHT)).code == 200


TWO_APPS = API_KEYS + ';{"key":"other","private_key":"secret","app_name":"b","env":"live"}'


@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="1/day", API_KEYS=TWO_APPS)
async def test_guesses_at_one_app_lock_out_of_that_app_only(fetch: Fetch, bucket: object) -> None:
    """Its neighbours behind the same address go on."""
    assert (await fetch(WRONG)).code == 403
    assert (await fetch(RIGHT)).code == 429
    assert (await fetch("/list_files?api_key=other&private_api_key=secret")).code == 200


@pytest.mark.options(RATE_LIMIT_ADDRESS="3/day", rules='content_types = ["image/*"]')
@pytest.mark.parametrize("path", [
    f"{SIGN}&filename=a&content_type=text/html&size=1", "/generate_policy",
    "/uploads/complete?key=x&token=x&api_key=x",
])  # fmt: skip
async def test_what_is_refused_counts(fetch: Fetch, path: str, tmp_path: Path) -> None:
    """Before any work: refusals are not for free."""
    codes = [(await fetch(path, "POST", body="")).code for _ in range(4)]
    assert codes[3] == 429
    assert 429 not in codes[:3]


@pytest.mark.options(rules="old_clients = false")
async def test_old_clients_can_be_shut_out(fetch: Fetch) -> None:
    """For apps whose rules an old form would pass by."""
    refused = await fetch(SIGN, "POST", body="")
    assert (refused.code, error_of(refused)["error"]) == (403, "forbidden")
    good = await fetch(f"{SIGN}&filename=a&content_type=image/png&size=1", "POST", body="")
    assert good.code == 200


@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="off")
async def test_a_large_body_is_for_those_who_prove_themselves(fetch: Fetch) -> None:
    """It is parsed for nobody else, and its answer ends the connection."""
    body = json.dumps({"file_paths": ["a"] * 1001, "filler": "x" * 20_000})
    headers = {"Content-Type": "application/json"}
    refused = await fetch("/delete_files", "POST", body=body, headers=headers)
    assert (refused.code, error_of(refused)["limit"]) == (413, 16384)
    assert refused.headers["Connection"] == "close"
    wrong = {**headers, "Authorization": "Bearer 12345"}
    assert (await fetch("/delete_files", "POST", body=body, headers=wrong)).code == 403
    right = {**headers, "Authorization": "Bearer 98765"}
    answered = await fetch("/delete_files", "POST", body=body, headers=right)
    assert (answered.code, error_of(answered)["limit"]) == (400, 1000)
