"""HTTP messages: their repr, and the look-up of headers."""

from orderlists.extending import HttpRequest, HttpResponse


def test_the_repr_of_http_messages_hides_the_signature() -> None:
    request = HttpRequest("DELETE", "/api/v3/orderList?a=b&signature=c8", (("X-MBX-APIKEY", "k"),))
    assert repr(request) == "<HttpRequest DELETE /api/v3/orderList?...>"
    assert repr(HttpRequest("GET", "/api/v3/time", ())) == "<HttpRequest GET /api/v3/time>"
    assert repr(HttpResponse(502, (), b"signature")) == "<HttpResponse 502, 9 bytes>"


def test_the_first_header_of_a_name_is_found_in_any_case() -> None:
    response = HttpResponse(200, (("Set-Cookie", "a"), ("set-cookie", "b")))
    assert response.header("SET-COOKIE") == "a"
    assert response.header("Retry-After") is None
