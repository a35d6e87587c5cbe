# Почему услуга семье не нужна.

because-never = Эта услуга не оказывается
because-not-yet-citizen = Семья пока не имеет гражданства Казахстана; регистрация делается вместе с разрешением на проживание
because-citizen-already = Члены семьи — граждане Казахстана
because-no-adult = В семье нет взрослых
because-no-children = В семье нет детей младше 18 лет
because-no-child-under-six = В семье нет детей младше 6 лет
because-no-child-of-school-age = В семье нет детей школьного возраста
because-nobody-of-working-age = В семье нет никого трудоспособного возраста
because-nobody-of-pension-age = В семье нет никого пенсионного возраста
because-work-not-wanted = Семья указала в анкете, что не ищет работу
because-training-not-wanted = Семья указала в анкете, что не хочет учиться
because-schooled-in-kazakhstan = Документы об образовании выданы в Казахстане
because-not-reported = Семья о такой потребности не сообщала; обратиться в карьерный центр можно в любое время
