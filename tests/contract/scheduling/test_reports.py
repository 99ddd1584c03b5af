"""Report files are kept per company, and what could run or carry something is kept out."""

import io

import pikepdf
import pytest

from services.scheduling.adapters.gridfs_reports import refuse_unsafe_pdf
from services.scheduling.domain.refusals import UnknownError, UnsafeReportError


async def read(reports, company_id, report_id):
    return b"".join([piece async for piece in reports.read(company_id, report_id)])


async def test_a_kept_file_is_read_back_by_its_own_company_only(reports):
    content = b"%PDF-1.7 " + bytes(700_000)
    await reports.keep("c1", "r1", content)
    assert await read(reports, "c1", "r1") == content
    with pytest.raises(UnknownError):
        await read(reports, "c2", "r1")
    with pytest.raises(UnknownError):
        await read(reports, "c1", "r2")


async def test_a_forgotten_file_is_gone_and_may_be_forgotten_again(reports):
    await reports.keep("c1", "r1", b"%PDF-1.7")
    await reports.forget("c2", "r1")
    assert await read(reports, "c1", "r1") == b"%PDF-1.7"
    await reports.forget("c1", "r1")
    await reports.forget("c1", "r1")
    with pytest.raises(UnknownError):
        await read(reports, "c1", "r1")


def a_pdf(change=lambda pdf: None, **options):
    pdf = pikepdf.new()
    pdf.add_blank_page()
    change(pdf)
    sent = io.BytesIO()
    pdf.save(sent, **options)
    return sent.getvalue()


def script(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.OpenAction = action


def script_of_a_page(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.pages[0].AA = pikepdf.Dictionary(O=pdf.make_indirect(action))


def launch(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")


def attachment(pdf):
    pdf.attachments["x.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ", filename="x.exe")


def test_an_ordinary_report_passes():
    refuse_unsafe_pdf(a_pdf())
    refuse_unsafe_pdf(a_pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate))


@pytest.mark.parametrize("change", [script, script_of_a_page, launch, attachment])
@pytest.mark.parametrize("packed", [False, True])
def test_what_runs_or_carries_something_is_refused(change, packed):
    mode = pikepdf.ObjectStreamMode
    options = {"object_stream_mode": mode.generate if packed else mode.disable}
    with pytest.raises(UnsafeReportError):
        refuse_unsafe_pdf(a_pdf(change, **options))


def test_a_locked_and_a_broken_pdf_are_refused():
    locked = a_pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(UnsafeReportError, match="password"):
        refuse_unsafe_pdf(locked)
    with pytest.raises(UnsafeReportError, match="damaged"):
        refuse_unsafe_pdf(b"%PDF-1.7 and then nothing")
