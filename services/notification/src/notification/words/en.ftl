# Letters and SMS to a citizen, as partners read them. Each: what was decided, what to do next, in short (sms).

greeting = Dear { $name },
why = Why it was decided so:
reason = — { $says } ({ $act }).
remedy = What can be done: { $remedy }
contact = If you have questions, call the career centre ({ $region }): { $phone }.
case-number = Your case number: { $number }
signature = Programme of voluntary resettlement
automatic = This letter was sent automatically; there is no need to answer it.
sms = { $said } Case { $number }

application-received =
    .subject = Your application was received
    .what = Your application to resettle was received. People in the family: { $people }. Region of arrival: { $region }.
    .next = We now compare your information with the state registers ourselves. Nothing is needed from you; we shall tell you the result.
    .sms = Your application was received. We are checking it and shall tell you the result.

application-withdrawn =
    .subject = Your application was withdrawn
    .what = You withdrew your application; the case is closed.
    .next = If you change your mind, you may apply again. If it was not you who withdrew it, tell us at once.
    .sms = Your application was withdrawn. If it was not you, tell us at once.

check-waits =
    .subject = We are waiting for a register
    .what = { $register ->
        [persons] The persons' register
        [education] The education register
       *[labour] The labour market's register
    } does not answer for now. Neither you nor your papers are to blame.
    .next = We shall ask again ourselves and your turn is kept. Nothing is needed from you.
    .sms = A state register has not answered yet. You are not to blame; we shall ask again.

verification-clear =
    .subject = Your information was checked
    .what = Your information was checked and agrees with the state registers.
    .next = The career centre will contact you itself, at the latest on { $contact_by }.
    .sms = Your information was checked, all is well. You will be called by { $contact_by }.

verification-blocked =
    .subject = The check of your information was stopped
    .what = Your information does not agree with a state register, so your application was stopped.
    .next = If the register is wrong, have it corrected and call the career centre: the decision will be looked at again.
    .sms = Your information does not agree with a register. Why and what to do: see the letter.

eligible =
    .subject = You may take part in the programme
    .what = Your family meets the conditions of the programme.
    .next = We are now looking for a place in the region's quota. Nothing is needed from you.
    .sms = Your family meets the conditions. We are looking for a place in the quota.

not-eligible =
    .subject = You cannot take part in the programme yet
    .what = Your family does not meet the conditions of the programme yet.
    .next = Once the condition is met, please apply again. The career centre helps with training and work.
    .sms = Your family does not meet the conditions yet. Why and what to do: see the letter.

quota-reserved =
    .subject = A place is reserved for your family
    .what = A place in the quota of { $year } is reserved for your family. People: { $people }. Region: { $region }.
    .next = Please fill in the questionnaire on the portal now: the certificate is issued after it.
    .sms = A place in the quota is reserved for you. Please fill in the questionnaire on the portal.

quota-waitlisted =
    .subject = Your family is on the waiting list
    .what = The quota of { $year } is full ({ $region }). Your family is number { $position } on the waiting list.
    .next = Places are given in order as soon as they are free, and we shall tell you. If you wish to choose another region, ask the career centre.
    .sms = The quota is full. You are number { $position } on the waiting list; we shall tell you.

quota-released =
    .subject = A place in the quota was released
    .what = Your family's place went back to the quota of { $year } ({ $region }).
    .next = If you did not expect this, call the career centre.
    .sms = Your family's place went back to the quota. If you did not expect this, call us.

certificate-issued =
    .subject = Your economic mobility certificate was issued
    .what = Your family was issued an economic mobility certificate. Number: { $number }. Cap: { $cap }. Valid in: { $region }.
    .next = Please choose a home in this region and name it on the portal. No cash is given: the certificate pays for the home.
    .sms = Certificate { $number } was issued, up to { $cap }. Choose a home and name it on the portal.

certificate-refused =
    .subject = The certificate was not issued
    .what = The economic mobility certificate was not issued.
    .next = Once the reason is gone, call the career centre: your case will be looked at again.
    .sms = The certificate was not issued. Why and what can be done: see the letter.

certificate-revoked =
    .subject = The certificate was revoked
    .what = The certificate { $number } is not valid any more.
    .next = If you do not agree, call the career centre.
    .sms = The certificate { $number } is not valid any more. More in the letter.

payment-authorised =
    .subject = Payment for your home was authorised
    .what = { $has_mortgage ->
        [yes] The home costs { $price }. The certificate pays { $amount }; the remaining { $mortgage } is your mortgage.
       *[no] The home costs { $price }. The certificate pays { $amount }.
    }
    .next = When you have moved, report your arrival on the portal: the services of adaptation and integration begin then.
    .sms = Payment was authorised: { $amount }. Report your arrival on the portal when you have moved.

payment-refused =
    .subject = Payment for this home was not authorised
    .what = Payment for the home you chose was not authorised.
    .next = You may choose another home: your certificate is valid.
    .sms = Payment for this home was not authorised. Why: see the letter. You may choose another.

plan-opened =
    .subject = Your adaptation and integration plan is open
    .what = Welcome! An adaptation and integration plan is open for your family. Referrals to services: { $referrals }, not needed: { $not_needed }.
    .next = The providers will contact you themselves. If one of them is late, we shall remind it, and if it stays late, the career centre steps in.
    .sms = Welcome! Your adaptation plan is open, services: { $referrals }. You will be contacted.

plan-completed =
    .subject = Your adaptation and integration plan is completed
    .what = Every service of the plan was answered. Done: { $done }, declined: { $declined }.
    .next = If you need help again, call the career centre at any time. Be happy in your new home!
    .sms = Your adaptation plan is completed. Be happy in your new home!
