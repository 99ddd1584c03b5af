"""How a record becomes the fact the other services hear: the public part, under the same names."""

from typing import TypeVar

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.custom_fields import Definitions
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.staff import StaffMember
from shared.contracts import scheduling as told
from shared.contracts import scheduling_accounts as accounts

InspectionFact = TypeVar("InspectionFact", bound=told.InspectionEvent)


def about_inspection(fact: type[InspectionFact], inspection: Inspection) -> InspectionFact:
    """Say what happened to an inspection, with the whole state it led to."""
    state = told.Inspection.model_validate(inspection, from_attributes=True)
    return fact(company_id=inspection.company_id, inspection=state)


def about_company(company: Company) -> told.CompanyChangedV1:
    """Say how a company now is."""
    state = told.Company.model_validate(company, from_attributes=True)
    return told.CompanyChangedV1(company_id=company.company_id, company=state)


def about_staff_member(member: StaffMember) -> told.StaffMemberChangedV1:
    """Say how a staff member now is; never the password."""
    state = told.StaffMember.model_validate(member, from_attributes=True)
    return told.StaffMemberChangedV1(company_id=member.company_id, staff_member=state)


def about_contact(contact: Contact) -> told.ContactChangedV1:
    """Say how a contact now is; custom fields stay here."""
    state = told.Contact.model_validate(contact, from_attributes=True)
    return told.ContactChangedV1(company_id=contact.company_id, contact=state)


def about_agreement(agreement: Agreement) -> told.AgreementIssuedV1:
    """Say what the client has to sign."""
    return told.AgreementIssuedV1(
        company_id=agreement.company_id,
        agreement_id=agreement.agreement_id,
        inspection_id=agreement.inspection_id,
        version=agreement.version,
        title=agreement.title,
        text=agreement.text,
        total_cents=agreement.total_cents,
        issued_on=agreement.issued_on,
    )


def about_account(
    account: CustomerAccount, definitions: Definitions
) -> accounts.CustomerAccountChangedV1:
    """Say how an account customer now is, with a value for each field of the company."""
    fields = [
        {**vars(definition), "value": account.values.get(definition.field_id, "")}
        for definition in definitions
    ]
    state = accounts.CustomerAccount.model_validate(
        {**vars(account), "custom_fields": fields}, from_attributes=True
    )
    return accounts.CustomerAccountChangedV1(company_id=account.company_id, account=state)


def about_recurring(service: RecurringService) -> accounts.RecurringServiceChangedV1:
    """Say how a recurring service now is, and when the next visit is."""
    state = accounts.RecurringService.model_validate(service, from_attributes=True)
    return accounts.RecurringServiceChangedV1(company_id=service.company_id, service=state)
