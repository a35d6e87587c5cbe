"""From a place to the new home: questionnaire, housing and arrival, each in the states that fit."""

from dataclasses import asdict, replace

from contracts.intake import ArrivalReported, HousingChosen, QuestionnaireCompleted
from contracts.words import Category
from intake.domain.acts import ChooseHousing, FillQuestionnaire, Moment, ReportArrival, done, refused
from intake.domain.case import Case, Home, Questionnaire, State
from intake.domain.papers import age
from messaging import Decision, Tell

QUESTIONNAIRE_STATES = frozenset({State.SUBMITTED, State.CHECKING, State.WAITLISTED, State.PLACE_RESERVED})
HOUSING_STATES = frozenset({State.CERTIFICATE_ISSUED, State.ARRIVED, State.SETTLING, State.SETTLED})
ARRIVAL_STATES = frozenset({State.CERTIFICATE_ISSUED, State.PAYMENT_AUTHORISED})


def fill_questionnaire(case: Case, act: FillQuestionnaire, moment: Moment) -> Decision:
    if case.facts.questionnaire is not None:
        return refused("questionnaire_already_filled")
    if case.state not in QUESTIONNAIRE_STATES:
        return refused("questionnaire_not_now", state=case.state)
    answers = Questionnaire(
        housing_intent=act.housing_intent, wants_work=act.wants_work, wants_training=act.wants_training
    )
    case = case.knowing(questionnaire=answers, turned_at=moment.now)
    case = case.telling("questionnaire_completed", moment.now)
    return done(case, Tell(QuestionnaireCompleted(**asdict(answers))))


def choose_housing(case: Case, act: ChooseHousing, moment: Moment) -> Decision:
    """One home at a time; another after its payment was refused. Money is verification's matter."""
    if case.facts.home is not None:
        return refused("housing_already_chosen")
    if case.facts.certificate is None or case.state not in HOUSING_STATES:
        return refused("housing_not_now", state=case.state)
    chosen = HousingChosen(
        cadastral_number=act.cadastral_number,
        price_tenge=act.price_tenge,
        kato=act.kato,
        contract_number=act.contract_number,
    )
    home = Home(price_tenge=act.price_tenge, kato=act.kato)
    case = case.knowing(home=home, reasons=(), turned_at=moment.now)
    case = replace(case, fresh=replace(case.fresh, homes=(*case.fresh.homes, chosen)))
    return done(case.telling("housing_chosen", moment.now, price=act.price_tenge), Tell(chosen))


def report_arrival(case: Case, act: ReportArrival, moment: Moment) -> Decision:
    if case.state not in ARRIVAL_STATES:
        return refused("arrival_not_now", state=case.state)
    if act.kato[:2] != case.region_to[:2]:
        return refused("arrival_other_region", kato=act.kato, region_to=case.region_to)
    if act.arrived_on > moment.today:
        return refused("arrival_in_future", arrived_on=act.arrived_on.isoformat())
    case = case.moved_to(State.ARRIVED, moment.now)
    case = case.telling("arrival_reported", moment.now, day=act.arrived_on.isoformat())
    return done(case, Tell(_arrival(case, act)))


def _arrival(case: Case, act: ReportArrival) -> ArrivalReported:
    """Without names and numbers. A kandas who named a diploma was educated abroad."""
    wishes = case.facts.questionnaire
    return ArrivalReported(
        arrived_on=act.arrived_on,
        kato=act.kato,
        category=case.category,
        language=case.language,
        ages=tuple(age(member.birth_date, act.arrived_on) for member in case.members),
        people=len(case.members),
        wants_work=wishes is not None and wishes.wants_work,
        wants_training=wishes is not None and wishes.wants_training,
        foreign_education=case.category is Category.KANDAS
        and any(member.diploma_number is not None for member in case.members),
    )
