# Слова для граждан: по-русски.

## На каком этапе дело семьи

state-draft = Заявление ещё не подано
state-submitted = Ваше заявление принято
state-checking = Мы проверяем ваше заявление
state-waitlisted = Вы в листе ожидания
state-place-reserved = За вашей семьёй закреплено место в квоте
state-certificate-issued = Сертификат экономической мобильности выдан
state-payment-authorised = Оплата жилья одобрена
state-arrived = Добро пожаловать! Ваш переезд зарегистрирован
state-settling = Помогаем вам обустроиться на новом месте
state-settled = План адаптации и интеграции завершён. Пусть новый дом будет счастливым!
state-blocked = Проверка остановлена: сведения расходятся
state-refused = Положительное решение по заявлению не принято
state-withdrawn = Вы отозвали заявление

## Чего ждём

waiting-papers = Ждём от вас документы (с { $since }). Ещё не загружено: { $count }.
waiting-submission = Документы в сборе. Ждём, когда вы подадите заявление (с { $since }).
waiting-registers = Ждём ответа государственных реестров. Запрос отправлен: { $since }.
waiting-register = { $register } пока не отвечает (с { $since }). Вашей вины в этом нет. Спросим снова: { $by }.
waiting-decision = Ваши сведения подтверждены. Решение о праве на участие и о квоте — за нами (с { $since }).
waiting-place = Квота этого года заполнена, ждём свободного места в регионе прибытия (с { $since }). Ваше место в листе ожидания: { $position }. Сообщим сразу, как место освободится.
waiting-questionnaire = Ждём, когда вы заполните анкету (с { $since }).
waiting-certificate = Анкета принята. Сертификат оформляем мы (с { $since }).
waiting-housing = Ждём, когда вы выберете жильё (с { $since }).
waiting-payment = Решение об оплате жилья — за нами (с { $since }).
waiting-arrival = Ждём вашего сообщения о переезде (с { $since }).
waiting-plan = Мы составляем план адаптации и интеграции для вашей семьи (с { $since }).
waiting-services = Услуги оказываются (с { $since }): завершено { $closed } из { $total }.
waiting-provider-due = Ждём поставщика услуги № { $service } (с { $since }), срок: { $day }. Завершено услуг: { $closed } из { $total }.
waiting-provider-late = Поставщик услуги № { $service } опаздывает, срок был: { $day } (направление отправлено: { $since }). Мы напомнили поставщику. Завершено услуг: { $closed } из { $total }.
waiting-provider-centre = Поставщик услуги № { $service } опаздывает, срок был: { $day } (направление отправлено: { $since }). Вмешивается карьерный центр, он свяжется с вами не позднее: { $centre_day }. Завершено услуг: { $closed } из { $total }.
waiting-mending = Теперь дело за вами (с { $since }): что поможет, сказано в основаниях ниже.
waiting-call = Теперь дело за вами, но ни письма, ни SMS до вас не доходят (с { $since }). Сообщите карьерному центру ваши нынешние адрес электронной почты и телефон. Что делать дальше, сказано ниже.
waiting-call-owed = За карьерным центром звонок семье: дело за ней, но ни письма, ни SMS до неё не дошли (с { $since }).
waiting-operator = Одно из сообщений о вашем деле ждёт нашего сотрудника (с { $since }). До этого сведения здесь могут быть неполными.
waiting-operator-in = За оператором решение по сообщению об этом деле (с { $since }). Где оно отложено: { $parked_in }. До этого сведения здесь могут быть неполными.

## Что делать дальше

next-upload-papers = Загрузите недостающие документы.
next-submit = Проверьте заявление и подайте его.
next-wait = Пока ничего делать не нужно, мы сообщим сами.
next-fill-questionnaire = Заполните анкету: после неё выдаётся сертификат.
next-choose-housing = Выберите жильё в регионе прибытия и пришлите его цену и номер договора.
next-choose-other-housing = Оплата этого жилья не одобрена. Прочитайте причину и выберите другое жильё.
next-report-arrival = Сообщите день вашего переезда.
next-mend = Прочитайте ниже причины и как их исправить. С вопросами обратитесь в карьерный центр.
next-nothing = От вас ничего не требуется.

## Что произошло

entry-draft-made = Создан черновик заявления.
entry-application-submitted = Заявление подано.
entry-application-withdrawn = Заявление отозвано.
entry-questionnaire-completed = Анкета заполнена.
entry-housing-chosen = Выбрано жильё по цене { $price } ₸.
entry-arrival-reported = Зарегистрирован день переезда: { $day }.
entry-check-confirmed = { $member } — { $register }: сведения подтверждены.
entry-check-contradicted = { $member } — { $register }: сведения расходятся.
entry-check-silent = { $member } — { $register }: ответа нет, спросим снова (раз: { $times }).
entry-verification-clear = Все сведения подтверждены.
entry-verification-blocked = Проверка остановлена: сведения расходятся.
entry-eligible = Ваша семья имеет право участвовать в программе.
entry-not-eligible = Ваша семья пока не отвечает условиям программы.
entry-quota-reserved = В квоте { $year } года за вами закреплены места, человек: { $people }.
entry-quota-waitlisted = Квота заполнена, вы в листе ожидания. Ваше место: { $position }.
entry-quota-released = Места в квоте освобождены, человек: { $people }.
entry-certificate-issued = Выдан сертификат { $number }. Предельная сумма { $cap } ₸.
entry-certificate-refused = Сертификат не выдан.
entry-certificate-revoked = Сертификат { $number } отозван.
entry-payment-authorised = Оплата одобрена: { $amount } ₸, на ипотеку остаётся { $mortgage } ₸.
entry-payment-refused = Оплата не одобрена. Можно выбрать другое жильё.
entry-message-sent = Вам отправлено сообщение ({ $channel }): { $about }.
entry-message-delivered = Сообщение доставлено ({ $channel }): { $about }.
entry-message-failed = Сообщение не доставлено ({ $channel }): { $about }. Проверьте, как с вами связаться.
entry-contact-requested = Карьерный центр свяжется с вами, срок: { $day }.
entry-contact-about-service = Поставщик услуги № { $service } опаздывает: вмешается карьерный центр и свяжется с вами, срок: { $day }.
entry-plan-opened = Открыт план адаптации и интеграции, направлений на услуги: { $total }.
entry-plan-completed = План завершён: оказано услуг { $done }, отказано в { $declined }.
entry-referral-sent = Услуга № { $service }: направление отправлено.
entry-referral-accepted = Услуга № { $service }: направление принято.
entry-referral-declined = Услуга № { $service }: отказано.
entry-referral-done = Услуга № { $service } оказана.
entry-referral-overdue = Услуга № { $service } задерживается, мы напомнили поставщику.

register-persons = Реестр физических лиц (ГБД ФЛ)
register-education = Реестр документов об образовании
register-labour = АИС «Рынок труда»
channel-email = электронная почта
channel-sms = SMS
service-intake = приём заявлений
service-verification = проверка сведений
service-notification = оповещение
service-integration-support = адаптация и интеграция
somebody = Член семьи

## О чём сообщение

about-application-received = заявление принято
about-application-withdrawn = заявление отозвано
about-check-waits = ждём ответа реестра
about-verification-clear = сведения проверены
about-verification-blocked = проверка сведений остановлена
about-eligible = вы можете участвовать в программе
about-not-eligible = пока вы не можете участвовать в программе
about-quota-reserved = место закреплено
about-quota-waitlisted = вы в листе ожидания
about-quota-released = место освобождено
about-certificate-issued = сертификат выдан
about-certificate-refused = сертификат не выдан
about-certificate-revoked = сертификат отозван
about-payment-authorised = оплата одобрена
about-payment-refused = оплата не одобрена
about-plan-opened = план открыт
about-plan-completed = план завершён

## Что сейчас нельзя сделать

problem-papers-missing = Не хватает документов
    .detail = Загрузите документы, названные ниже, и подайте заявление ещё раз.
problem-already-applied = У этого человека уже есть действующее заявление
    .detail = Один человек подаёт одно заявление. Посмотрите, что с прежним заявлением, или отзовите его.
problem-already-submitted = Заявление уже подано
    .detail = Документы поданного заявления не меняются. Если в них ошибка, сообщите в карьерный центр.
problem-withdrawn-already = Заявление отозвано
    .detail = Чтобы участвовать снова, подайте новое заявление.
problem-questionnaire-not-now = Анкету сейчас заполнить нельзя
    .detail = Анкета заполняется после подачи заявления и до выдачи сертификата.
problem-questionnaire-already-filled = Анкета уже заполнена
    .detail = Анкета заполняется один раз. Если что-то изменилось, сообщите в карьерный центр.
problem-housing-not-now = Выбрать жильё сейчас нельзя
    .detail = Жильё выбирают после выдачи сертификата экономической мобильности.
problem-housing-already-chosen = Жильё уже выбрано
    .detail = Дождитесь решения об оплате. Если её не одобрят, вы сможете выбрать другое жильё.
problem-arrival-not-now = Зарегистрировать переезд сейчас нельзя
    .detail = Переезд регистрируется один раз, после выдачи сертификата экономической мобильности.
problem-arrival-other-region = Это место не в регионе сертификата
    .detail = Вы указали код { $kato }. Сертификат действует только в регионе с кодом { $region_to }.
problem-arrival-in-future = Этот день ещё не наступил
    .detail = Вы указали { $arrived_on }. Сообщите о переезде, когда он состоится.
problem-withdrawal-not-now = Отозвать заявление сейчас нельзя
    .detail = После одобрения оплаты или закрытия дела обратитесь в карьерный центр.
problem-paper-too-large = Файл слишком большой
    .detail = Файл не должен быть больше { $limit_mib } МиБ. Уменьшите качество и загрузите снова.
problem-paper-too-slow = Файл не дошёл вовремя
    .detail = Связь была слишком медленной или прервалась. Загрузите файл ещё раз.
problem-paper-type-unknown = Такой вид файла не принимается
    .detail = Загрузите PDF, JPEG или PNG. Вид определяется по содержимому, а не по названию.
problem-paper-damaged = Файл неполный или повреждён
    .detail = Отсканируйте или сфотографируйте документ заново и загрузите ещё раз.

## Ошибки в заявлении

field-unknown-region = нет региона с кодом { $kato }: укажите код КАТО из 9 цифр
field-departure-not-allowed = из региона с кодом { $kato } добровольное переселение не предусмотрено: посмотрите список регионов выбытия
field-same-region = регионы выбытия и прибытия совпадают: выберите другой регион
field-person-twice = этот человек уже назван в списке семьи: уберите одну из записей
field-applicant-missing = укажите заявителя: один из членов семьи должен быть applicant
field-applicants-many = заявитель может быть только один: укажите, кем приходятся ему остальные
field-applicant-minor = заявителю должно быть не меньше 18 лет
field-iin-missing = у заявителя должен быть указан ИИН
field-consent-missing = нужно ваше согласие на проверку сведений в государственных реестрах
field-phone-invalid = номер телефона неправильный: запишите его в международном виде, например +77010000001
field-phone-russian = это российский номер: укажите казахстанский номер или номер другой страны
field-email-invalid = адрес электронной почты неправильный: например, citizen@example.com
field-name-letters = в имени бывают только буквы, пробел, дефис и апостроф
field-text-signs = здесь есть невидимые знаки: наберите текст заново
field-birth-in-future = день { $day } ещё не наступил: проверьте дату рождения
field-idempotency-key-missing = давайте каждому новому запросу новый ключ, например UUID, и повторяйте запрос с тем же ключом
field-idempotency-key-malformed = ключ состоит из 1–128 латинских букв, цифр или знаков без пробелов
field-paper-number-malformed = номер документа не длиннее 50 знаков, UTF-8 в процентном кодировании
field-paper-too-large = { problem-paper-too-large.detail }
field-paper-type-unknown = { problem-paper-type-unknown.detail }
field-paper-damaged = { problem-paper-damaged.detail }

warning-iin-impossible-date = Даты, записанной в ИИН, нет в календаре. Это не ошибка, но сверьте номер с документом.
warning-iin-impossible-sex = Седьмая цифра ИИН не обозначает ни пола, ни века. Это не ошибка, но сверьте её с документом.
warning-iin-other-birth-date = Дата рождения в ИИН не совпадает с указанной. Сверьте их с документом.
