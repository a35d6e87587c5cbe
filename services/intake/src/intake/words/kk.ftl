# Азаматқа айтылатын сөздер: мемлекеттік тілде.

## Отбасының ісі қай кезеңде

state-draft = Өтініш әлі жіберілген жоқ
state-submitted = Өтінішіңіз қабылданды
state-checking = Өтінішіңізді тексеріп жатырмыз
state-waitlisted = Сіз кезектесіңіз
state-place-reserved = Отбасыңызға квотадан орын сақталды
state-certificate-issued = Экономикалық ұтқырлық сертификаты берілді
state-payment-authorised = Тұрғын үйге төлем мақұлданды
state-arrived = Қош келдіңіздер! Көшіп келгеніңіз тіркелді
state-settling = Жаңа жерге орналасуыңызға көмектесіп жатырмыз
state-settled = Бейімдеу және ықпалдастыру жоспары аяқталды. Жаңа қоныс құтты болсын!
state-blocked = Тексеру тоқтатылды: мәліметтерде сәйкессіздік бар
state-refused = Өтініш бойынша оң шешім қабылданбады
state-withdrawn = Өтінішіңізді қайтарып алдыңыз

## Нені күтіп отырмыз

waiting-papers = Сізден құжаттар күтеміз (басталған уақыты: { $since }). Әлі жүктелмеген құжат саны: { $count }.
waiting-submission = Құжаттар толық. Өтінішті жіберуіңізді күтеміз (басталған уақыты: { $since }).
waiting-registers = Мемлекеттік тізілімдердің жауабын күтіп отырмыз. Сұрау жіберілген уақыт: { $since }.
waiting-register = { $register } әзірге жауап бермей тұр (басталған уақыты: { $since }). Бұл сіздің кінәңіз емес. Қайта сұрайтын уақытымыз: { $by }.
waiting-decision = Мәліметтеріңіз расталды. Қатысу құқығы мен квота бойынша шешімді біз қабылдаймыз (басталған уақыты: { $since }).
waiting-place = Биылғы квота толды, келу өңірінде орын босауын күтеміз (басталған уақыты: { $since }). Кезектегі орныңыз: { $position }. Орын босаса, бірден хабарлаймыз.
waiting-questionnaire = Сауалнаманы толтыруыңызды күтеміз (басталған уақыты: { $since }).
waiting-certificate = Сауалнама қабылданды. Сертификатты біз рәсімдеп жатырмыз (басталған уақыты: { $since }).
waiting-housing = Тұрғын үй таңдауыңызды күтеміз (басталған уақыты: { $since }).
waiting-payment = Тұрғын үй бойынша төлем шешімін біз қабылдаймыз (басталған уақыты: { $since }).
waiting-arrival = Көшіп келгеніңізді хабарлауыңызды күтеміз (басталған уақыты: { $since }).
waiting-plan = Отбасыңызға бейімдеу және ықпалдастыру жоспарын біз жасап жатырмыз (басталған уақыты: { $since }).
waiting-services = Қызметтер көрсетіліп жатыр (басталған уақыты: { $since }): { $total } қызметтің { $closed } аяқталды.
waiting-provider-due = № { $service } қызмет көрсетушіні күтеміз (басталған уақыты: { $since }), мерзімі: { $day }. Аяқталған қызмет саны: { $closed }, барлығы: { $total }.
waiting-provider-late = № { $service } қызмет көрсетуші кешікті, мерзімі: { $day } (жолдама жіберілген уақыт: { $since }). Қызмет көрсетушіге еске салдық. Аяқталған қызмет саны: { $closed }, барлығы: { $total }.
waiting-mending = Енді кезек сізде (басталған уақыты: { $since }): шешу жолы төмендегі себептерде айтылған.
waiting-operator = Ісіңіз туралы бір хабар қызметкерімізді күтіп тұр (басталған уақыты: { $since }). Оған дейін мұндағы мәліметтер толық болмауы мүмкін.
waiting-operator-in = Осы іс туралы бір хабар оператордың шешімін күтіп тұр (басталған уақыты: { $since }). Күтіп тұрған жері: { $parked_in }. Оған дейін мұндағы мәліметтер толық болмауы мүмкін.

## Енді не істеу керек

next-upload-papers = Жетіспейтін құжаттарды жүктеңіз.
next-submit = Өтінішті тексеріп, жіберіңіз.
next-wait = Әзірге ештеңе істеудің қажеті жоқ, өзіміз хабарлаймыз.
next-fill-questionnaire = Сауалнаманы толтырыңыз: содан кейін сертификат беріледі.
next-choose-housing = Келу өңірінен тұрғын үй таңдап, бағасы мен шарт нөмірін жіберіңіз.
next-choose-other-housing = Бұл үйге төлем мақұлданбады. Себебін оқып, басқа тұрғын үй таңдаңыз.
next-report-arrival = Көшіп келген күніңізді хабарлаңыз.
next-mend = Төмендегі себептерді және оларды түзету жолын оқыңыз. Сұрағыңыз болса, мансап орталығына жүгініңіз.
next-nothing = Сізден ештеңе талап етілмейді.

## Не болды

entry-draft-made = Өтініш жобасы жасалды.
entry-application-submitted = Өтініш жіберілді.
entry-application-withdrawn = Өтініш қайтарып алынды.
entry-questionnaire-completed = Сауалнама толтырылды.
entry-housing-chosen = Тұрғын үй таңдалды, бағасы { $price } ₸.
entry-arrival-reported = Көшіп келу күні тіркелді: { $day }.
entry-check-confirmed = { $member } — { $register }: мәлімет расталды.
entry-check-contradicted = { $member } — { $register }: мәлімет сәйкес келмеді.
entry-check-silent = { $member } — { $register }: жауап болмады, қайта сұраймыз ({ $times }-рет).
entry-verification-clear = Барлық мәлімет расталды.
entry-verification-blocked = Тексеру тоқтатылды: мәліметтерде сәйкессіздік бар.
entry-eligible = Отбасыңыздың бағдарламаға қатысуға құқығы бар.
entry-not-eligible = Отбасыңыз бағдарлама талаптарына әзірге сай келмейді.
entry-quota-reserved = { $year } жылғы квотадан { $people } адамға орын сақталды.
entry-quota-waitlisted = Квота толғандықтан кезекке қойылдыңыз. Орныңыз: { $position }.
entry-quota-released = Квотадағы орын босатылды ({ $people } адам).
entry-certificate-issued = { $number } сертификаты берілді. Ең жоғары сомасы { $cap } ₸.
entry-certificate-refused = Сертификат берілмеді.
entry-certificate-revoked = { $number } сертификатының күші жойылды.
entry-payment-authorised = Төлем мақұлданды: { $amount } ₸, ипотекаға қалғаны { $mortgage } ₸.
entry-payment-refused = Төлем мақұлданбады. Басқа тұрғын үй таңдауға болады.
entry-message-sent = Сізге хабар жіберілді ({ $channel }): { $about }.
entry-message-delivered = Хабар сізге жетті ({ $channel }): { $about }.
entry-message-failed = Хабар сізге жетпеді ({ $channel }): { $about }. Байланыс деректеріңізді тексеріңіз.
entry-contact-requested = Мансап орталығы сізбен хабарласады, мерзімі: { $day }.
entry-contact-about-service = № { $service } қызмет көрсетуші кешікті: мансап орталығы араласып, сізбен хабарласады, мерзімі: { $day }.
entry-plan-opened = Бейімдеу және ықпалдастыру жоспары ашылды, жолданған қызмет саны: { $total }.
entry-plan-completed = Жоспар аяқталды: { $done } қызмет көрсетілді, { $declined } қызметтен бас тартылды.
entry-referral-sent = № { $service } қызметке жолдама жіберілді.
entry-referral-accepted = № { $service } қызмет: жолдама қабылданды.
entry-referral-declined = № { $service } қызмет: бас тартылды.
entry-referral-done = № { $service } қызмет көрсетілді.
entry-referral-overdue = № { $service } қызмет кешігіп жатыр, қызмет көрсетушіге еске салдық.

register-persons = Жеке тұлғалар тізілімі (ЖТ МДҚ)
register-education = Білім туралы құжаттар тізілімі
register-labour = «Еңбек нарығы» ақпараттық жүйесі
channel-email = электрондық пошта
channel-sms = SMS
service-intake = өтініштерді қабылдау
service-verification = мәліметтерді тексеру
service-notification = хабарлау
service-integration-support = бейімдеу және ықпалдастыру
somebody = Отбасы мүшесі

## Хабар не туралы

about-application-received = өтініш қабылданды
about-application-withdrawn = өтініш қайтарып алынды
about-check-waits = тізілімнің жауабын күтіп отырмыз
about-verification-clear = мәліметтер тексерілді
about-verification-blocked = мәліметтерді тексеру тоқтатылды
about-eligible = бағдарламаға қатыса аласыз
about-not-eligible = бағдарламаға әзірге қатыса алмайсыз
about-quota-reserved = орын сақталды
about-quota-waitlisted = кезекке қойылдыңыз
about-quota-released = орын босатылды
about-certificate-issued = сертификат берілді
about-certificate-refused = сертификат берілмеді
about-certificate-revoked = сертификаттың күші жойылды
about-payment-authorised = төлем мақұлданды
about-payment-refused = төлем мақұлданбады
about-plan-opened = жоспар ашылды
about-plan-completed = жоспар аяқталды

## Қазір орындалмайтын әрекеттер

problem-papers-missing = Құжаттар жетіспейді
    .detail = Төменде аталған құжаттарды жүктеп, өтінішті қайта жіберіңіз.
problem-already-applied = Бұл адамның қаралып жатқан өтініші бар
    .detail = Бір адам бір уақытта бір ғана өтініш береді. Бұрынғы өтініштің жайын тексеріңіз немесе оны қайтарып алыңыз.
problem-already-submitted = Өтініш жіберіліп қойған
    .detail = Жіберілген өтініштің құжаттары өзгертілмейді. Қате болса, мансап орталығына хабарлаңыз.
problem-withdrawn-already = Өтініш қайтарып алынған
    .detail = Қайтадан қатысу үшін жаңа өтініш беріңіз.
problem-questionnaire-not-now = Сауалнаманы қазір толтыруға болмайды
    .detail = Сауалнама өтініш жіберілгеннен кейін, сертификат берілгенге дейін толтырылады.
problem-questionnaire-already-filled = Сауалнама толтырылып қойған
    .detail = Сауалнама бір рет толтырылады. Өзгеріс болса, мансап орталығына хабарлаңыз.
problem-housing-not-now = Тұрғын үйді қазір таңдауға болмайды
    .detail = Тұрғын үй экономикалық ұтқырлық сертификаты берілгеннен кейін таңдалады.
problem-housing-already-chosen = Тұрғын үй таңдалып қойған
    .detail = Төлем шешімін күтіңіз. Төлем мақұлданбаса, басқа үй таңдай аласыз.
problem-arrival-not-now = Көшіп келуді қазір тіркеуге болмайды
    .detail = Көшіп келу экономикалық ұтқырлық сертификаты берілгеннен кейін бір рет тіркеледі.
problem-arrival-other-region = Бұл мекен сертификат берілген өңірде емес
    .detail = Сіз { $kato } кодын көрсеттіңіз. Сертификат { $region_to } кодты өңірде ғана жарамды.
problem-arrival-in-future = Бұл күн әлі келген жоқ
    .detail = Сіз { $arrived_on } күнін көрсеттіңіз. Көшіп келгеннен кейін хабарлаңыз.
problem-withdrawal-not-now = Өтінішті қазір қайтарып алуға болмайды
    .detail = Төлем мақұлданғаннан кейін немесе іс жабылғаннан кейін мансап орталығына жүгініңіз.
problem-paper-too-large = Файл тым үлкен
    .detail = Файл { $limit_mib } МиБ-тан аспауы керек. Сапасын азайтып, қайта жүктеңіз.
problem-paper-too-slow = Файл уақытында жетпеді
    .detail = Байланыс тым баяу болды немесе үзілді. Файлды қайта жүктеңіз.
problem-paper-type-unknown = Файл түрі қабылданбайды
    .detail = PDF, JPEG немесе PNG файлын жүктеңіз. Түрі файлдың атымен емес, мазмұнымен анықталады.
problem-paper-damaged = Файл толық емес немесе бүлінген
    .detail = Құжатты қайта сканерлеп немесе суретке түсіріп, тағы бір рет жүктеңіз.

## Өтініштегі қателер

field-unknown-region = { $kato } коды бойынша өңір табылмады: ӘАОЖ (KATO) бойынша 9 таңбалы кодын көрсетіңіз
field-departure-not-allowed = { $kato } кодты өңірден ерікті қоныс аудару көзделмеген: шығу өңірлерінің тізімін қараңыз
field-same-region = шығу өңірі мен келу өңірі бірдей: басқа өңірді таңдаңыз
field-person-twice = бұл адам отбасы тізімінде бұрын көрсетілген: біреуін алып тастаңыз
field-applicant-missing = өтініш берушіні көрсетіңіз: отбасы мүшелерінің біреуі applicant болуы керек
field-applicants-many = өтініш беруші біреу ғана болады: қалған мүшелердің туыстығын көрсетіңіз
field-applicant-minor = өтініш беруші 18 жасқа толған болуы керек
field-iin-missing = өтініш берушінің ЖСН-і міндетті
field-consent-missing = мемлекеттік тізілімдердегі мәліметтеріңізді тексеруге келісіміңіз қажет
field-phone-invalid = телефон нөмірі дұрыс емес: халықаралық түрде жазыңыз, мысалы +77010000001
field-phone-russian = бұл Ресей нөмірі: Қазақстан нөмірін немесе басқа елдің нөмірін көрсетіңіз
field-email-invalid = электрондық пошта мекенжайы дұрыс емес: мысалы, citizen@example.com
field-name-letters = есімде әріптер, бос орын, сызықша және дәйекше ғана болады
field-text-signs = мұнда көрінбейтін таңбалар бар: мәтінді қайта теріп жазыңыз
field-birth-in-future = { $day } күні әлі келген жоқ: туған күнді тексеріңіз
field-idempotency-key-missing = әр жаңа сұрауға жаңа кілт қойыңыз, мысалы UUID; сұрауды қайталағанда сол кілтті сақтаңыз
field-idempotency-key-malformed = кілт бос орынсыз 1–128 латын әрпінен, саннан немесе белгіден тұрады
field-paper-number-malformed = құжат нөмірі 50 таңбадан аспайды және UTF-8 мәтіні ретінде пайыздық кодталады
field-paper-too-large = { problem-paper-too-large.detail }
field-paper-type-unknown = { problem-paper-type-unknown.detail }
field-paper-damaged = { problem-paper-damaged.detail }

warning-iin-impossible-date = ЖСН-дегі күн күнтізбеде жоқ. Бұл қате емес, бірақ құжатпен салыстырып алыңыз.
warning-iin-impossible-sex = ЖСН-нің жетінші цифры жынысты да, ғасырды да білдірмейді. Бұл қате емес, бірақ құжатпен салыстырып алыңыз.
warning-iin-other-birth-date = ЖСН-дегі туған күн сіз көрсеткен күнмен сәйкес емес. Құжатпен салыстырып алыңыз.
