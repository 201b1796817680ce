"""What somebody sees at an address that does not exist."""


async def test_a_missing_page_leaves_who_is_signed_in_where_they_are(as_admin):
    answer = await as_admin.get("/nothing")
    assert answer.status_code == 404
    assert 'href="/admin/leads"' in answer.text
    assert 'href="/sign-in"' not in answer.text


async def test_a_student_at_a_missing_page_is_led_to_their_own_dashboard(as_student):
    assert 'href="/student">Go to the dashboard' in (await as_student.get("/student/nothing")).text


async def test_a_stranger_at_a_missing_page_may_sign_in(client):
    answer = await client.get("/nothing")
    assert 'href="/sign-in"' in answer.text
    assert "dashboard" not in answer.text
