# Words for people who read English.

## Where the family's case stands

state-draft = The application has not been submitted yet
state-submitted = Your application has been received
state-checking = We are checking your application
state-waitlisted = You are on the waiting list
state-place-reserved = Your family has a place in the quota
state-certificate-issued = The economic mobility certificate has been issued
state-payment-authorised = Payment for your home has been authorised
state-arrived = Welcome! Your arrival has been registered
state-settling = We are helping you to settle in
state-settled = The adaptation and integration plan is complete. May the new home be a happy one!
state-blocked = The check has stopped: the records disagree
state-refused = The application was not decided in your favour
state-withdrawn = You have withdrawn the application

## What is awaited

waiting-papers = We are waiting for your papers (since { $since }). Still to be uploaded: { $count }.
waiting-submission = The papers are complete. We are waiting for you to submit the application (since { $since }).
waiting-registers = We are waiting for the state registers to answer. Asked at: { $since }.
waiting-register = { $register } has not answered yet (since { $since }). This is not your fault. We ask again at: { $by }.
waiting-decision = Your records are confirmed. We owe you the decision on eligibility and the quota (since { $since }).
waiting-place = This year's quota is full; the region of arrival owes a free place (since { $since }). Your position on the waiting list: { $position }. We shall tell you as soon as a place is free.
waiting-questionnaire = We are waiting for you to fill in the questionnaire (since { $since }).
waiting-certificate = The questionnaire is here. We are making the certificate (since { $since }).
waiting-housing = We are waiting for you to choose a home (since { $since }).
waiting-payment = We owe you the decision on the payment for your home (since { $since }).
waiting-arrival = We are waiting for you to report your arrival (since { $since }).
waiting-plan = We are drawing up your family's adaptation and integration plan (since { $since }).
waiting-services = Services are under way (since { $since }): { $closed } of { $total } are complete.
waiting-provider-due = We are waiting for the provider of service No. { $service } (since { $since }), due by { $day }. Services complete: { $closed } of { $total }.
waiting-provider-late = The provider of service No. { $service } is late: it was due by { $day } (the referral was sent at { $since }). We have reminded the provider. Services complete: { $closed } of { $total }.
waiting-provider-centre = The provider of service No. { $service } is late: it was due by { $day } (the referral was sent at { $since }). The career centre steps in and contacts you by { $centre_day }. Services complete: { $closed } of { $total }.
waiting-mending = It is your turn now (since { $since }): the reasons below say what would help.
waiting-call = It is your turn, but neither our letters nor our SMS reach you (since { $since }). Please tell the career centre your current e-mail address and telephone number. What to do next is said below.
waiting-call-owed = The career centre owes the family a call: it is the family's turn, and neither a letter nor an SMS has reached it (since { $since }).
waiting-operator = A message about your case waits for one of our staff (since { $since }). Until then what is shown here may be incomplete.
waiting-operator-in = An operator owes a decision on a message about this case (since { $since }). It waits in: { $parked_in }. Until then what is shown here may be incomplete.

## What to do next

next-upload-papers = Please upload the missing papers.
next-submit = Please look the application over and submit it.
next-wait = There is nothing to do for now; we shall tell you.
next-fill-questionnaire = Please fill in the questionnaire: the certificate follows it.
next-choose-housing = Choose a home in the region of arrival and send its price and the number of the contract.
next-choose-other-housing = Payment for this home was refused. Please read why and choose another home.
next-report-arrival = Please report the day of your arrival.
next-mend = Please read the reasons below and how to mend them. A career centre answers your questions.
next-nothing = Nothing is required of you.

## What happened

entry-draft-made = A draft of the application was made.
entry-application-submitted = The application was submitted.
entry-application-withdrawn = The application was withdrawn.
entry-questionnaire-completed = The questionnaire was filled in.
entry-housing-chosen = A home was chosen, price { $price } ₸.
entry-arrival-reported = The day of arrival was registered: { $day }.
entry-check-confirmed = { $member } — { $register }: the records are confirmed.
entry-check-contradicted = { $member } — { $register }: the records do not agree.
entry-check-silent = { $member } — { $register }: no answer, we shall ask again (time { $times }).
entry-verification-clear = All records are confirmed.
entry-verification-blocked = The check has stopped: the records disagree.
entry-eligible = Your family is entitled to take part.
entry-not-eligible = Your family does not meet the conditions yet.
entry-quota-reserved = Places in the quota of { $year } were reserved, people: { $people }.
entry-quota-waitlisted = The quota is full, you are on the waiting list. Position: { $position }.
entry-quota-released = Places in the quota were given back, people: { $people }.
entry-certificate-issued = Certificate { $number } was issued, its cap is { $cap } ₸.
entry-certificate-refused = The certificate was refused.
entry-certificate-revoked = Certificate { $number } was revoked.
entry-payment-authorised = Payment was authorised: { $amount } ₸, { $mortgage } ₸ remain for the mortgage.
entry-payment-refused = Payment was refused. Another home may be chosen.
entry-message-sent = A message was sent to you ({ $channel }): { $about }.
entry-message-delivered = The message reached you ({ $channel }): { $about }.
entry-message-failed = The message did not reach you ({ $channel }): { $about }. Please check your contact details.
entry-contact-requested = The career centre will contact you by { $day }.
entry-contact-about-service = The provider of service No. { $service } is late: the career centre steps in and contacts you by { $day }.
entry-plan-opened = The adaptation and integration plan was opened, referrals: { $total }.
entry-plan-completed = The plan is complete: { $done } services done, { $declined } declined.
entry-referral-sent = Service no. { $service }: the referral was sent.
entry-referral-accepted = Service no. { $service }: the referral was accepted.
entry-referral-declined = Service no. { $service } was declined.
entry-referral-done = Service no. { $service } is done.
entry-referral-overdue = Service no. { $service } is late; we have reminded the provider.

register-persons = The persons' register
register-education = The education register
register-labour = The labour market's register
channel-email = e-mail
channel-sms = SMS
service-intake = intake
service-verification = verification
service-notification = notification
service-integration-support = integration support
somebody = A member of the family

## What a message is about

about-application-received = the application was received
about-application-withdrawn = the application was withdrawn
about-check-waits = we are waiting for a register
about-verification-clear = your information was checked
about-verification-blocked = the check of your information was stopped
about-eligible = you may take part in the programme
about-not-eligible = you cannot take part in the programme yet
about-quota-reserved = a place is reserved
about-quota-waitlisted = you are on the waiting list
about-quota-released = a place was released
about-certificate-issued = the certificate was issued
about-certificate-refused = the certificate was not issued
about-certificate-revoked = the certificate was revoked
about-payment-authorised = the payment was authorised
about-payment-refused = the payment was not authorised
about-plan-opened = the plan is open
about-plan-completed = the plan is completed

## What cannot be done now

problem-papers-missing = Papers are missing
    .detail = Upload the papers named below and submit the application again.
problem-already-applied = This person has a living application
    .detail = One person has one application. See how the earlier one stands, or withdraw it.
problem-already-submitted = The application has been submitted
    .detail = The papers of a submitted application do not change. If there is a mistake, tell the career centre.
problem-withdrawn-already = The application has been withdrawn
    .detail = Make a new application to take part again.
problem-questionnaire-not-now = The questionnaire cannot be filled in now
    .detail = It is filled in after the submission and before the certificate.
problem-questionnaire-already-filled = The questionnaire has been filled in
    .detail = It is filled in once. If something has changed, tell the career centre.
problem-housing-not-now = A home cannot be chosen now
    .detail = A home is chosen once the economic mobility certificate has been issued.
problem-housing-already-chosen = A home has been chosen
    .detail = Wait for the decision on its payment. If it is refused, you may choose another home.
problem-arrival-not-now = Arrival cannot be registered now
    .detail = Arrival is registered once, after the economic mobility certificate has been issued.
problem-arrival-other-region = This place is not in the certificate's region
    .detail = You named the code { $kato }. The certificate is valid only in the region with the code { $region_to }.
problem-arrival-in-future = This day has not come yet
    .detail = You named { $arrived_on }. Report the arrival when it has taken place.
problem-withdrawal-not-now = The application cannot be withdrawn now
    .detail = After payment was authorised or the case was closed, please turn to the career centre.
problem-paper-too-large = The file is too large
    .detail = A file has at most { $limit_mib } MiB. Lower its quality and upload it again.
problem-paper-too-slow = The file did not arrive in time
    .detail = The connection was too slow or broke off. Upload the file again.
problem-paper-type-unknown = This kind of file is not accepted
    .detail = Upload a PDF, JPEG or PNG. The content decides the kind, not the name.
problem-paper-damaged = The file is incomplete or damaged
    .detail = Scan or photograph the paper again and upload it once more.

## Faults in an application

field-unknown-region = there is no region with the code { $kato }: a KATO code of 9 digits is expected
field-departure-not-allowed = voluntary resettlement does not start from the region with the code { $kato }: see the list of regions of departure
field-same-region = the regions of departure and arrival are the same: choose another region
field-person-twice = this person is already on the family's list: remove one of the two
field-applicant-missing = name the applicant: one of the members must be applicant
field-applicants-many = there is only one applicant: say what the others are to him or her
field-applicant-minor = the applicant must be 18 or older
field-iin-missing = the applicant's IIN is required
field-consent-missing = your consent to the check of state registers is needed
field-phone-invalid = the phone number is not right: write it internationally, such as +77010000001
field-phone-russian = this is a Russian number: give one of Kazakhstan or of another country
field-email-invalid = the e-mail address is not right: it looks like citizen@example.com
field-name-letters = a name has only letters, spaces, hyphens and apostrophes
field-text-signs = there are invisible signs in it: please type the text again
field-birth-in-future = the day { $day } has not come yet: check the date of birth
field-idempotency-key-missing = give every new request a new key, such as a UUID, and repeat a request with the same key
field-idempotency-key-malformed = a key has 1–128 Latin letters, digits or signs without spaces
field-paper-number-malformed = the paper's number takes at most 50 characters, percent-encoded UTF-8
field-paper-too-large = { problem-paper-too-large.detail }
field-paper-type-unknown = { problem-paper-type-unknown.detail }
field-paper-damaged = { problem-paper-damaged.detail }

warning-iin-impossible-date = The calendar has no such date as the IIN carries. This is no error, but compare it with the document.
warning-iin-impossible-sex = The seventh digit of the IIN stands for no sex and no century. This is no error, but please compare it with the paper.
warning-iin-other-birth-date = The date of birth in the IIN is not the one you gave. Compare them with the document.
