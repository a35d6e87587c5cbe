"""The eight families of the demo; `python -m sandbox examples` writes them to examples/."""

from pathlib import Path
from typing import Any

from contracts.words import Category, Language
from sandbox.families import Wish, make_family
from sandbox.faults import Order, RegistryBehaviour
from sandbox.registries import EDUCATION
from sandbox.scenarios import TODAY, About, Act, Expect, Fault, Others, Scenario, Services, dump, filed
from sandbox.truth import Content

CAP_TENGE = 7_028_125  # 1,625 MCI of 2026
#: No family needs all 25: some are for citizens, some for kandas, and one is given on request only.
_SERVICES = {
    Category.RESETTLER: Services(done=21, not_needed=4),
    Category.KANDAS: Services(done=23, not_needed=2),
}
_NORTH_KAZAKHSTAN, _PAVLODAR, _KARAGANDA = "590000000", "550000000", "350000000"
_WELDER = "7212"


def examples() -> dict[str, Scenario]:
    """File name → scenario, in the order in which they are told."""
    made = (
        ("01-resettler", _resettler()),
        ("02-kandas", _kandas()),
        ("03-forged-diploma", _forged_diploma()),
        ("04-silent-register", _silent_register()),
        ("05-no-diploma-no-skill", _nobody_qualifies()),
        ("06-quota-full", _quota_full()),
        ("07-sent-three-times", _sent_three_times()),
        ("08-house-above-the-cap", _house_above_the_cap()),
    )
    return {f"{name}.json": scenario for name, scenario in made}


def write_examples(folder: Path) -> None:
    """Writes every scenario; files of the same name are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scenario in examples().items():
        (folder / name).write_text(dump(scenario), encoding="utf-8")


def _resettler() -> Scenario:
    about = About(
        kk="Үш ұрпақтан тұратын отбасы Солтүстік Қазақстанға көшеді: өтініштен соңғы қызметке дейін.",
        ru="Семья из трёх поколений переезжает в Северный Казахстан: от заявления до последней услуги.",
        en="A family of three generations moves north: the whole way from application to last service.",
    )
    wish = Wish(region_to=_NORTH_KAZAKHSTAN, children=3, parents=2, occupation=_WELDER)
    price = 6_500_000
    acts = (_questionnaire(), _housing("591010000", price), _arrival("591010000"))
    return Scenario(
        about=about,
        **filed(make_family(101, wish)),
        acts=acts,
        expect=_settled(price, _SERVICES[Category.RESETTLER]),
    )


def _kandas() -> Scenario:
    about = About(
        kk="Қытайдан келген қандас отбасы: құжаттары төте жазумен, диплом талап етілмейді.",
        ru="Семья кандасов из Китая: документы арабской графикой, диплом не требуется.",
        en="A kandas family from China: papers in Arabic script, and no diploma is asked of them.",
    )
    wish = Wish(
        category=Category.KANDAS,
        language=Language.KAZAKH_ARABIC,
        region_to=_PAVLODAR,
        children=3,
        parents=1,
        diploma=False,
    )
    price = 5_900_000
    acts = (_questionnaire(), _housing("551010000", price), _arrival("551010000"))
    return Scenario(
        about=about,
        **filed(make_family(102, wish)),
        acts=acts,
        expect=_settled(price, _SERVICES[Category.KANDAS]),
    )


def _forged_diploma() -> Scenario:
    about = About(
        kk="Мұндай диплом ешқашан берілмеген: өтініш тоқтатылады, хатта себебі мен шешімі айтылады.",
        ru="Такой диплом не выдавался: заявление остановлено, письмо говорит, почему и что делать.",
        en="This diploma was never issued: blocked, and the letter says why and what to do.",
    )
    filing = filed(make_family(103, Wish(language=Language.RUSSIAN, children=1)))
    return Scenario(
        about=about,
        **filing | {"truth": with_diplomas_not_issued(filing["truth"])},
        expect=Expect(state="blocked", certificate=False),
    )


def _silent_register() -> Scenario:
    about = About(
        kk="Білім тізілімі біраз уақыт үнсіз: өтініш күтеді, бұл көрініп тұрады, содан кейін жалғасады.",
        ru="Реестр образования какое-то время молчит: заявление ждёт, это видно, потом всё идёт дальше.",
        en="The education register is silent for a while: the case waits, visibly, then goes on.",
    )
    family = make_family(104, Wish(children=2))
    order = Order[RegistryBehaviour](
        behaviour=RegistryBehaviour.FAULT, only=frozenset({family.members[0].iin}), times=2
    )
    return Scenario(
        about=about,
        **filed(family),
        faults=(Fault(service_id=EDUCATION, order=order),),
        acts=(_questionnaire(),),
        expect=Expect(state="certificate_issued", waits_for="register_education", certificate=True),
    )


def _nobody_qualifies() -> Scenario:
    about = About(
        kk="Отбасында дипломы не сұранысқа ие кәсібі бар адам жоқ: бас тартылып, не көмектесері айтылады.",
        ru="Ни у кого в семье нет диплома или нужной профессии: отказ с объяснением, что поможет.",
        en="Nobody in the family has a diploma or a skill in demand: refused, with what would win.",
    )
    wish = Wish(language=Language.RUSSIAN, diploma=False, children=2)
    return Scenario(
        about=about, **filed(make_family(105, wish)), expect=Expect(state="refused", certificate=False)
    )


def _quota_full() -> Scenario:
    about = About(
        kk="Қарағанды облысының квотасы толған: отбасы кезек күтіп, басқалар бас тартқанда сертификат алады.",
        ru="Квота Карагандинской области исчерпана: семья ждёт и получает сертификат после отказа другой.",
        en="The quota of Karaganda is full: the family waits, and is certified when others withdraw.",
    )
    wish = Wish(region_to=_KARAGANDA, children=2)
    return Scenario(
        about=about,
        **filed(make_family(106, wish)),
        others=tuple(
            Others(seed=seed, children=8, parents=2, withdraws=seed == 162) for seed in (160, 161, 162)
        ),
        acts=(_questionnaire(),),
        expect=Expect(state="certificate_issued", passes=("waitlisted",), certificate=True),
    )


def _sent_three_times() -> Scenario:
    about = About(
        kk="Байланыс үзіліп, бір өтініш үш рет жіберіледі: іс біреу, сертификат біреу.",
        ru="Связь рвётся, одно заявление отправлено трижды: дело одно и сертификат один.",
        en="The line breaks and one application is sent three times: one case, one certificate.",
    )
    return Scenario(
        about=about,
        sends=3,
        **filed(make_family(107, Wish(children=1))),
        acts=(_questionnaire(),),
        expect=Expect(state="certificate_issued", certificate=True),
    )


def _house_above_the_cap() -> Scenario:
    about = About(
        kk="Үйдің бағасы ең жоғары сомадан асады: сол сома төленеді, қалғаны — ипотека.",
        ru="Дом дороже предельной суммы: она оплачена, остальное — ипотека.",
        en="The house costs more than the cap: the cap is paid, the rest is the mortgage.",
    )
    price = 9_500_000
    return Scenario(
        about=about,
        **filed(make_family(108, Wish(language=Language.RUSSIAN, children=3))),
        acts=(_questionnaire(intent="mortgage"), _housing("591010000", price)),
        expect=Expect(
            state="payment_authorised",
            certificate=True,
            amount_tenge=CAP_TENGE,
            mortgage_tenge=price - CAP_TENGE,
        ),
    )


def _settled(price_tenge: int, services: Services) -> Expect:
    return Expect(
        state="settled", certificate=True, amount_tenge=price_tenge, mortgage_tenge=0, services=services
    )


def _questionnaire(intent: str = "purchase") -> Act:
    body = {"housing_intent": intent, "wants_work": True, "wants_training": True}
    return Act(when="place_reserved", act="questionnaire", body=body)


def _housing(kato: str, price_tenge: int) -> Act:
    body: dict[str, Any] = {"cadastral_number": "15:234:005:128", "price_tenge": price_tenge}
    return Act(
        when="certificate_issued", act="housing", body=body | {"kato": kato, "contract_number": "Ү-2026/1"}
    )


def _arrival(kato: str) -> Act:
    return Act(when="payment_authorised", act="arrival", body={"arrived_on": TODAY, "kato": kato})


def with_diplomas_not_issued(truth: Content) -> Content:
    """The same as registers have it of a family whose diplomas are forged."""
    numbers = tuple(diploma.number for person in truth.people for diploma in person.diplomas)
    people = tuple(person.model_copy(update={"diplomas": ()}) for person in truth.people)
    return truth.model_copy(update={"people": people, "diplomas_not_issued": numbers})
