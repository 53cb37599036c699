# The desk's words in English. The names are those of pl.ftl; a test sees to it that nothing is missing.


# Ways and frame
skip = Skip to content
nav = Sections
way-search = Search
way-review = Review
way-stations = Stations
way-records = Records
way-overview = Overview
way-people = People
way-audit = Audit log
sign-in = Sign in
sign-in-lead = The bank's loan agreements. Every reading of a document is written down.
sign-out = Sign out
look-light = Light
look-dark = Dark
look-auto = As the system
name = User name
name-hint = 2 to 64 of a–z, 0–9, point, hyphen
password = Password
code = Second factor's code
code-hint = Six digits, if you have a second factor
problem = That did not work
problem-remedy = What to do: { $x }.
problem-home = To the first page
problem-status = Answer { $x }
pager = Pages of the list
previous = Previous
next = Next
show = Show
when = When
state = State
date = Date
basis = Basis
class = Class
change = Change
role = Role
roles = Roles
until = Until
about = About the document
tools = Page tools

# One's own page
me = My account
me-branch = branch { $x }
password-change = Change password
password-current = Current password
password-new = New password
password-again = New password once more
password-hint = At least 12 characters; a sentence is better than special signs
password-must = Your password was given to you by somebody else: choose your own first.
password-differs = The new password was typed in two different ways.
factor = Second factor
factor-on = The second factor is in force.
factor-off = No second factor is in force: an app on your phone shows a code that is asked for when you sign in.
factor-key = Type this key into the app, and then the code that it shows.
factor-begin = Give me a new key
factor-confirm = Put it in force

# Searching
search-title = { $x } – search
search-label = What you look for
search-placeholder = a name, a number, an amount, whatever you remember
search-do = Search
search-filters = Filters
search-filter-off = Remove the filter
search-how = What can be asked
search-typed = Typed
search-finds = Finds
search-how-words = both words, in any inflection, with or without accents
search-how-phrase = the words in a row
search-how-amount = an amount in a range; also kwota:>1mln
search-how-date = the agreement's date; also data:2021
search-how-filter = only that type and branch
search-how-logic = without a word; either; a word's beginning
search-kept = Kept searches
search-forget = Forget the search “{ $x }”
search-latest = Received last
search-empty = There is no document yet.
search-empty-how = Put a scan into a station's folder, or hand a file in on the page Stations; once it is read it is found here.
search-narrow = Narrow down
search-keep = Keep
search-keep-name = Name
search-keep-do = Keep this search
search-results = Found
search-meant = Did you mean:
search-relaxed = No document has all of the words; those that have most of them are shown.
search-widened = Little was found, so near words were searched for too; they stand behind exact hits.
search-nothing = Nothing was found.
search-nothing-how = Try fewer words; another inflection is not needed. Remove filters. Documents of other branches than yours are not shown.
search-pages = Pages:
search-select = Select: { $x }
search-with-selected = With the selected:
search-csv = Save as CSV
sort = Order:
sort-relevance = best
sort-newest = newest
sort-date = agreement's date
sort-amount = amount
facet-type = Type
facet-year = Year
facet-branch = Branch
facet-station = Station
facet-state = State
facet-class = Class
found-range = { $x } to { $y } shown
number = no. { $x }
branch-is = branch { $x }
client-is = client { $x }

# A document
document = Document
documents = Documents
document-title = { $x } no. { $y }
document-id = Identity
document-kind = Type of document
to-review = to be reviewed
back-to-results = Results
hit-earlier = ← previous result
hit-later = next result →
held-by = hold: { $x }
received-from = received { $x }, station { $y }
review-do = Review
original = Original
original-about = Original
original-name = File
original-kind = Form
print = Print
pages = Pages
page-view = Scan of the page
page-of = page { $x } of { $y }
page-previous = ← Previous
page-next = Next →
page-blank = blank
page-text = The page's text, as it was read
page-not-seen = This page cannot be shown; the original is kept.
zoom-fit = Whole
zoom-width = Width
zoom-close = Close
turn = Turn
mark-hit = hit
fields = Fields
fields-none = No field was read.
field-show = p. { $y }, show on the scan: { $x }
unsure = unsure
repaired = repaired
by-person = set by a person
value-present = is in the document
why = Why?
why-written = on the page: “{ $x }”
why-announced = announced by the words “{ $x }”
why-sure = { $x } sure
why-proven = the document's other figures prove it
correct-to = Correct to
correct-why = Why
correct-do = Correct
findings = Findings
findings-none = Nothing to remark.
items-met = Items that the law asks for: { $x } of { $y }
items-no-advice = A help for the reviewer, no legal advice.
retention = Retention
retention-this = This document
retention-no-class = The schedule has no class “{ $x }”.
paper = Paper
paper-in-box = The paper lies in box { $x }.
paper-box = box { $x }
paper-required = The paper original must be kept.
paper-needed = original needed
file-join = Put into a credit file
neighbours = In the same credit file
rescan = Scan again
rescan-why = Why
rescan-do = Ask the station
notes = Notes
note-new = New note
note-do = Write the note
history = History

# Print from the archive
print-title = Print from the archive
print-how = Each page goes onto a sheet of its own, with the original's checksum at its foot.
print-sha256 = SHA-256 of the original
print-received = Received
print-by = Printed by
print-clause = I certify that this print agrees with the digital copy.
print-place = Place, date
print-signature = Signature

# Reviewing
review-waiting = wait for review
review-today = reviewed by you today
review-corrected = fields corrected of those looked at
review-each = a document
review-keys = keystrokes a document
review-empty = Nothing waits for review.
review-empty-how = Documents with unsure fields or with findings come here.
review-begin = Begin to review
review-how = Oldest first; a document is before one person at a time, for 15 minutes.
review-two = From an amount of { $x } on two people confirm.
review-of = Review: { $x }
review-kind-sure = type { $x } sure
whole-document = The whole document
review-needs-two = two people
review-first-by = first person: { $x }
review-other = { $x } has this document before them just now.
review-next = Next document
review-draw = Draw a rectangle on the scan to read that place again into the current field.
review-no-items = No field is unsure: look at the document and its findings, then confirm or reject.
review-missing = Not found; type it if it is in the document, and leave it empty if it is not.
review-absent = not in the document
review-add = Add a field that was not found
review-add-field = Field
review-confirm = Confirm
review-save = Save
review-why = Remark or reason
review-why-reject = To reject a document say why, in “Remark or reason”.
review-postpone = Until tomorrow
review-reject = Reject
review-keys-how = Enter: right, next field. Tab: go on without that. Ctrl+Enter: confirm the whole document.
wanted-amount = An amount as 31,000.00.
wanted-decimal = A number as 7.62.
wanted-day = A day as 2025-04-16.
wanted-number = A whole number.
wanted-identifier = Digits and letters without blanks.
wanted-choice = One of the options.
wanted-text = Text of one line.

# Credit files
credit-file = Credit file
credit-file-of = Credit file { $x }
file-holds = { $x } documents, { $y } pages
file-empty = The file has no documents that you may see.
file-papers = Documents of the file
file-reading = All pages
file-events = Events
file-events-none = No event was stated: no term runs yet.
file-event = Event
file-event-new = State an event
file-event-do = State
file-source = Source
file-evidence = Evidence (number of a posting)
file-stated-by = Stated by
file-reversed = reversed
file-unconfirmed = waits for a second person
event-settled = settled
event-terminated = terminated
event-assigned = assigned
event-relationship_ended = relationship ended
event-declined = declined or withdrawn
event-court_final = court's decision final
event-mortgage_released = mortgage released
event-security_released = security released
event-bill_returned = bill returned
event-matter_closed = matter closed
event-claim_expected = a claim is expected

# Stations
station = Station
branch = Branch
box = Box
stations-day = Balance of { $x } (UTC)
stations-empty = There is no station yet.
stations-empty-how = A station is a folder in the inbox: make one and put a first scan into it.
station-waits = Node { $x } takes no files: { $y }
station-unfinished = Node { $x } sees files that do not complete: { $y }
station-of = Station { $x }
station-folder = Folder:
station-days = The last days
station-quiet = Nothing came from here in the last two weeks.
station-quiet-how = The scanner writes its files to { $x }.
files-in = Files
files-done = Done
files-waiting = Waiting
files-parked = Parked
files-repeats = Repeats
pages-read = Read
pages-blank = Blank
pages-separator = Separators
pages-failed = Failed
adds-up = Balance
adds-up-yes = adds up
nothing-today = nothing today
parked = Parked
parked-none = Nothing is parked.
parked-retry = Try again
parked-skip = Skip for good
parked-skip-why = Why skip
separators = Separator sheets to print
separators-how = A sheet lies before the first page of each document. Print in black on white at 100 %.
separators-copies = How many sheets
separators-do = Open the PDF
submissions = Files handed in
submissions-empty = No file was handed in yet.
file-name = File
repeat = repeat
hand-in = Hand files in
hand-in-how = Drop PDF, TIFF, JPEG or PNG here; the receipt comes once the original is stored and read back.
hand-in-choose = Choose files
hand-in-script = Without script use the station's folder.

# Records
holds = Holds
holds-none = No hold is in force.
holds-none-how = A hold forbids disposal of a matter's documents until it is released.
hold-place = Place a hold
hold-means = Documents under a hold are not destroyed until somebody releases it; the store gets the lock too.
hold-matter = Matter
hold-authority = Ordered by
hold-placed = Since
hold-review = Ask again on
hold-confidential = Confidential: the matter is shown to named roles only
hold-on = Documents
hold-on-how = Identities, parted by blanks; it is easier to tick them in search results
hold-release = Release
hold-release-means = Once released, documents may be disposed of when their terms are over, unless another hold is on them.
hold-why = Why
disposals = Lists of disposal
disposals-none = There is no list.
disposal = List
disposal-title = Title of the list
disposal-prepare = Prepare the list
disposal-prepared = prepared { $x }, { $y }
disposal-how = Nothing is destroyed here. First opinions, then the approval of two others than the preparer, then a command of its own on the machine that looks at each document once more.
disposal-acts = Opinions and approvals
disposal-acts-none = Nobody has said anything yet.
disposal-awaited = Opinions awaited:
disposal-opinion = Give an opinion
disposal-approval = Approve the disposal
disposal-approval-means = After two approvals the documents may be removed beyond recall.
disposal-words = Remarks
disposal-abandon = Abandon the list
disposal-abandon-means = The documents stay; the list is closed.
disposal-items = Documents of the list
due-look = See what is due
due-look-how = Looks through all documents; that may take a moment.
due-until = Term over since
act-opinion = opinion
act-approval = approval
verdict-for = for
verdict-against = against
verdict-confirmed = confirmed
verdict-rejected = rejected
fixity = Reading the store again
fixity-objects = objects
fixity-never = never read again
fixity-troubled = to look into
fixity-oldest = read longest ago
fixity-how = “kartoteka verify” reads objects again and compares sums, locks and holds.

# Overview
through = without a person
period = Period
chart-pages = Pages read a day
chart-files = Files received a day
chart-reviewed = Documents reviewed
chart-about = { $x }, at most { $y }
chart-table = The same figures as a table
corrected-of = Fields corrected / looked at
stages = Work by stage
stages-none = Nothing is under way.
stage = Stage
delayed = Delayed
in-work = In work
parked-by-reason = Parked by reason
accuracy = Accuracy
accuracy-how = Made of the fields that were unsure and that a person looked at.
accuracy-none = Nobody reviewed anything in this period yet.
accuracy-by-kind = By type
accuracy-by-person = By person
corrected = Corrected
right-as-read = Right as read
nodes = Nodes
node = Node
node-roles = Roles
node-behind = Index behind
node-version = Version
node-running = running
node-draining = draining
node-stopped = stopped
node-lost = lost

# People and the log
people = People
person = Person
full-name = Full name
limits = Limits
limits-none = all documents
person-active = active
person-disabled = disabled
person-must-change = has to change the password
person-new = Add or change a person
person-put = Save
person-reset = New password
person-reset-of = New password: { $x }
person-disable = Disable
person-disable-of = Disable: { $x }
person-enable = Enable
person-enable-of = Enable: { $x }
password-once = One-time password for { $x }:
token-once = Token “{ $x }”:
secret-once = Shown once only: hand it over now.
branches = Branches
branches-hint = parted by commas; empty: all
kinds = Types of document
kinds-hint = parted by commas, as annex; empty: all
until-hint = An auditor must have an end
tokens = Tokens of machines
tokens-none = There is no token.
token-new = New token
token-title = What it is for
token-person = Who answers for it
token-days = Valid for days
token-make = Make the token
token-until = until { $x }
token-revoke = Withdraw
token-revoke-of = Withdraw the token “{ $x }”
role-station = station
role-archivist = archivist
role-reviewer = reviewer
role-compliance = compliance
role-records_manager = records manager
role-auditor = auditor
role-administrator = administrator
role-data_protection = data protection
role-approver = approver
role-expert = expert
audit-how = Every change and every reading of a document; the newest number: { $x }. That nothing was changed is proved by “kartoteka audit verify”.
audit-subject = Identity of a document
audit-all = The whole log
audit-number = No.
audit-actor = Who
audit-action = What
audit-of = Of what
audit-detail = Details
audit-earlier = Earlier

# What was just done
said-password = Password changed; other sessions are over.
said-factor = The second factor is in force.
said-search-kept = The search is kept.
said-search-forgotten = The search is forgotten.
said-nothing-selected = Nothing was selected.
said-note = The note is written.
said-rescan = The station was asked to scan the page again.
said-corrected = The field is corrected, as a new version.
said-saved = Saved; the document still waits to be confirmed.
said-confirmed = The document is confirmed.
said-second-needed = Confirmed by the first person; a second is needed.
said-rejected = The document is rejected.
said-postponed = Put aside until tomorrow.
said-nothing-waits = Nothing waits for review.
said-joined = The document is in the credit file.
said-class = The class is confirmed.
said-event = The event is stated.
said-retry = The work is taken up again.
said-skip = The work is skipped.
said-held = The hold is placed.
said-released = The hold is released.
said-prepared = The list is prepared.
said-opinion = The opinion is noted.
said-approval = The decision is noted.
said-abandoned = The list is abandoned.
said-person = Saved.
said-revoked = The token is withdrawn.

# Words of the program's own
state-waiting = waiting
state-parked = parked
state-done = done
state-to_review = to be reviewed
state-accepted = accepted
state-prepared = prepared
state-approved = approved
state-collected = collected
state-abandoned = abandoned
state-planned = on the list
state-collecting = under way
state-disposed = disposed of
state-kept = stays
stage-receive = receiving
stage-recognise = reading
stage-separate = separating
stage-extract = understanding
stage-archive = archiving
stage-index = indexing
stage-follow_up = locks
severity-info = info
severity-warning = warning
severity-error = error
reason-empty = empty file
reason-truncated = cut short
reason-encrypted = encrypted
reason-not_a_document = no document
reason-unsupported = not supported
reason-damaged = damaged
reason-no_pages = no pages
reason-limit = beyond a limit
reason-nothing_readable = nothing readable
reason-worker_lost = worker lost
reason-unreachable = unreachable
quality-low_resolution = low resolution
quality-low_contrast = low contrast
quality-noise = noise
quality-skew = skewed
quality-cut_edge = cut edge
quality-folded = folded
quality-double_fed = double-fed
quality-show_through = shows through
quality-blur = blurred
quality-ink_without_words = ink without words
quality-ink_over_text = ink over text
quality-low_confidence = read unsurely
quality-deadline = ran out of time
quality-hidden_text_differs = hidden text differs
rule-after = the value follows its label in the text
rule-beside = the value stands in the cell beside its label
rule-below = the value stands below its label
rule-label_words = the words of the label beside it, in no wording that is known
rule-weak_label = words before it that may mean something else too
rule-under_title = the number alone in its cell under the title
rule-added = what is added to the reference rate
rule-before = the value stands before the words that name it
rule-choice = one of the known options is named at the label
rule-clause = the clause is there
rule-unit = the value's unit says what it counts
rule-named_after = the words right after the value name it
rule-period = the two ends of a period name each other
rule-head_of_page = the day at the head of the first page
rule-agreement_referred_to = the day of the agreement that the paper refers to
rule-proved_by_figures = no label gave it; the document's other figures prove it
rule-party = found with the party's name, by its role
rule-schedule_row = read from the rows of the schedule
rule-security = named in the section on security
rule-amount_in_words = the words that spell the amount
rule-town_beside_date = the town beside the day
rule-person = a person said so
rule-only_currency = the document's only currency
rule-letterhead = from the letterhead
rule-signature_place = the place of a signature
rule-shared = shared by the parties
rule-joined = joined of two parts
rule-fixed_then_variable = fixed, then variable
rule-statutory_items = items that the law asks for
rule-parts_of_cost = parts of the cost
rule-amount_plus_cost = amount + cost = payable
rule-words_digits = words against digits
rule-check_digits = check digits
rule-birth_date_pesel = birth date against PESEL
rule-term_dates = dates against the term
rule-rrso_recomputed = RRSO recomputed
rule-required_fields = required fields
rule-overdue_maximum = maximum overdue interest
rule-interest_maximum = maximum interest
rule-non_interest_limit = limit of non-interest costs
rule-margin_below_rate = rate = reference + margin
rule-instalments_payable = count × instalment
rule-instalments_in_order = order of instalments
rule-date_not_after_scan = date not after the scan
rule-given_type_differs = the sheet says another type
rule-given_value_differs = the sheet says another value
rule-confirmed_type_differs = another type was confirmed
rule-confirmed_value_differs = another value was confirmed
rule-missing_pages = missing pages
rule-scanned_before = the paper was scanned before
rule-separator_unclear = separator unclear
rule-sidecar_unreadable = sidecar unreadable
rule-unexpected_type = unexpected type
rule-no_own_file = no file of its own
rule-not_understood = not understood
action-received = received
action-recognise = read
action-separate = separated
action-extract = understood
action-understood = understood
action-archive = archived
action-read = read
action-searched = searched
action-listed = listed
action-corrected = corrected
action-reviewed = reviewed
action-reviewed-first-of-two = reviewed by the first of two
action-rejected = rejected
action-review-postponed = put aside
action-note-written = note written
action-joined = put into a credit file
action-class-confirmed = class confirmed
action-hold-placed = hold placed
action-hold-released = hold released
action-rescan-asked-for = scan again asked for
action-retried = retried
action-skipped = skipped
action-signed-in = signed in
action-signed-out = signed out
action-token-made = token made
action-token-revoked = token withdrawn
action-user-added = person added
action-user-changed = person changed
action-disposal-prepared = list of disposal prepared
action-disposed-of = disposed of
action-exported = exported
action-export-asked = export asked
option-cash = cash
option-instalment = instalment
option-consolidation = consolidation
option-mortgage = mortgage
option-working_capital = working capital
option-overdraft = overdraft
option-investment = investment
option-loan = loan
option-fixed = fixed
option-variable = variable
option-mixed = mixed
option-equal = equal
option-decreasing = decreasing
option-surety = surety
option-guarantee = guarantee
option-policy_assignment = policy assignment
option-promissory_note = promissory note
option-pledge = pledge
option-receivables_assignment = receivables assignment
option-enforcement_statement = submission to enforcement
option-present = present
option-absent = absent
option-unclear = unclear
page-kind = kind
page-amount = amount
page-description = description
page-name = name
page-role = role
page-party = party

# Numbers, each in its form
found = { $n ->
    [one] { $n } document
   *[other] { $n } documents
}
documents-n = { $n ->
    [one] { $n } document
   *[other] { $n } documents
}
pages-n = { $n ->
    [one] { $n } page
   *[other] { $n } pages
}
days-n = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
items-missing = { $n ->
    [one] { $n } item is missing
   *[other] { $n } items are missing
}
history-n = { $n ->
    [one] { $n } entry
   *[other] { $n } entries
}
review-items = { $n ->
    [0] Nothing unsure
    [one] { $n } field to review
   *[other] { $n } fields to review
}
review-findings = { $n ->
    [one] { $n } finding
   *[other] { $n } findings
}
review-left = { $n ->
    [one] { $n } document waits
   *[other] { $n } documents wait
}
hold-on-n = { $n ->
    [one] It will be on { $n } document:
   *[other] It will be on { $n } documents:
}
due-n = { $n ->
    [0] Nothing is due for disposal
    [one] { $n } document is due for disposal
   *[other] { $n } documents are due for disposal
}
due-stays = { $n ->
    [one] { $n } document whose term is over stays, because something holds it.
   *[other] { $n } documents whose terms are over stay, because something holds them.
}
seconds = { $n } s
version-n = version { $n }
page-n = page { $n }
page-short = p. { $n }
scan-of-page = Scan of page { $n }
rescan-page = Ask for page { $n } to be scanned again
print-failed = page { $n } cannot be printed
disposal-n = List { $n }

# Packages
way-packages = Packages
packages-means = A package proves itself: a stranger verifies it without us. What was given, to whom and on which basis stays in the register.
packages-none = Nothing was given yet.
package-recipient = Recipient and basis
package-purpose = Purpose
package-purpose-how = The case, the request, its date
package-given = { $x } of { $y }
package-take = Take
package-take-of = Take package { $x }
package-making = The package is being made
package-look = look again
package-failed = failed
package-elsewhere = not here
package-new = New package
package-query = The search whose result is given
package-query-how = The list is frozen now, and the query is written into the package
package-entitled = To whom, on which basis
package-profile = Profile
package-authority = for an authority, a court, an auditor
package-transfer = to another archive
package-do = Give away
said-package = The disclosure is on record, and its package is being made.
action-taken = package taken
package-of-n = { $n ->
    [one] { $n } document:
   *[other] { $n } documents:
}

undo = Undo
said-undone = Taken back; the document waits again.
said-kind = The type is changed; the document waits for review.
kind-change = Change the type
kind-change-means = Another type has other fields, checks and terms: the document comes back to review. No later reading changes it.
action-review-taken-back = review taken back
action-type-said = type said
