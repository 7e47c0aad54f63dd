"""The words the check knows. Data, in the order a reader would look for them; what is done with them is elsewhere."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Who does things. The kind is what one doer is told from another by.

KINDS = {
    "mother": "mum mummy mam mom mother",
    "father": "dad daddy father",
    "grandmother": "gran nan nana grandma grandmother",
    "grandfather": "grandad grandpa grandfather",
    "stepfather": "stepdad stepfather",
    "stepmother": "stepmum stepmother",
    "aunt": "aunt auntie",
    "uncle": "uncle",
    "social_care": "sw lsw cpsw",
    "health": "hv gp midwife paediatrician nurse doctor consultant dentist hospital",
    "education": "teacher school nursery headteacher senco dsl pastoral college headmaster",
    "police": "police pc dc",
    "housing": "housing landlord",
    "probation": "probation",
}
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}
KIND_OF_PHRASE = {
    "social worker": "social_care",
    "health visitor": "health",
    "school nurse": "health",
    "housing officer": "housing",
    "police officer": "police",
    "probation officer": "probation",
    "class teacher": "education",
    "team manager": "social_care",
}
# By which of these words in its name or key an agency is known to be of a kind.
AGENCY_WORDS = {
    "social_care": _words("social care"),
    "health": _words("health gp nhs hospital surgery midwifery medical"),
    "education": _words("education school nursery college academy"),
    "police": _words("police"),
    "housing": _words("housing landlord"),
    "probation": _words("probation"),
}
FAMILY_KINDS = _words("mother father grandmother grandfather stepfather stepmother aunt uncle")
PARENTS = FAMILY_KINDS | {"partner", "parent"}
# A role needs one of these as its last word: "support worker" is somebody, "support mum" is not.
ROLE_HEADS = _words(
    "worker officer visitor nurse teacher manager adviser advisor keyworker practitioner lead assistant counsellor "
    "therapist psychologist coordinator mentor carer service team group doctor head chair solicitor advocate sister "
    "brother partner midwife landlord"
)
SEVERAL = _words(
    "all both everyone everybody professionals agencies parents family families carers grandparents siblings services "
    "network partners group members practitioners workers teachers they we"
)

# The small words.

DETERMINERS = _words("a an the this that these those each every any some no all both his her its their our my your")
PRONOUNS = _words("it them him her he she they us me this these")
POINTS_BACK = _words("it its them their theirs him his her hers he she they this these there")
MODALS = _words("will shall should must would can may might")
ADVERBS = _words("also then now still always only just jointly together openly honestly fully actively please both all")
PREPOSITIONS = _words("with on in at for by from to about into of up out as between through towards under against")
OPENERS = _words(
    "if when once after before while whilst until unless following from on at in by during as since because for"
)
NUMBER_WORDS = _words(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty first second third once twice"
)
IRREGULAR_PARTICIPLES = _words(
    "made done sent given held seen written taken put found sought kept told met undertaken drawn begun bought built "
    "paid brought read set left lent said sold known shown spoken gone chosen dealt sworn swept hung cut shut"
)

# Verbs by their base form: enough to tell an imperative from the name of a thing.

VAGUE = _words(
    "monitor support engage continue liaise ensure encourage explore consider signpost promote help assist facilitate "
    "oversee reflect strive try aim endeavour attempt hope prioritise address discuss understand acknowledge "
    "recognise appreciate empower enable nurture advise cooperate co-operate comply maintain manage develop safeguard "
    "protect progress pursue seek commit prevent value respect demonstrate"
)
# Vague unless the sentence says from what to what.
VAGUE_WITHOUT_A_NUMBER = _words("improve enhance strengthen increase reduce minimise maximise decrease limit")
# A verb that is vague only with what follows it.
VAGUE_WITH = {
    "work": "with on towards together alongside closely openly in",
    "keep": "under eye mind informed updated touch safe contact monitoring",
    "take": "responsibility ownership account heed",
    "make": "sure aware progress efforts",
    "raise": "awareness confidence aspirations",
    "build": "relationship relationships trust trusting confidence resilience rapport",
    "provide": "support advice guidance help encouragement reassurance stability",
    "offer": "support advice guidance help encouragement reassurance",
    "give": "support advice guidance encouragement reassurance consideration",
    "show": "insight understanding commitment awareness willingness",
    "gain": "insight understanding confidence awareness",
    "have": "insight understanding awareness regard",
    "be": "aware mindful open honest supportive available vigilant proactive consistent responsible involved alert",
    "talk": "to with about through",
    "think": "about of",
    "deal": "with",
    "follow": "up",
    "touch": "base",
    "link": "in with",
    "look": "into towards",
    "remain": "vigilant alert aware involved open available",
    "learn": "to about from",
    "care": "for about",
}
# What a vague verb may be done to, and be seen: "maintain a diary".
SEEN_OBJECTS = _words("log diary record register chart rota list")
# Verbs that hand on to the next: "continue to monitor", "agrees to take".
CHAINING = _words("continue try aim endeavour attempt seek strive commit hope start begin agree help undertake work")
LIGHT_CHAINING = _words("start begin agree undertake")
NEGATIVE = _words("avoid refrain stop cease desist")

REPORTING = _words(
    "tell report record log note show share send email e-mail text phone write file give bring read return inform "
    "notify confirm upload feed say pass watch sign"
)

VERBS = (
    VAGUE
    | VAGUE_WITHOUT_A_NUMBER
    | NEGATIVE
    | REPORTING
    | frozenset(VAGUE_WITH)
    | _words(
        "respond reply adhere abide consult negotiate investigate resume locate restore brush comb accept accompany "
        "act add administer agree allocate allow apply appoint arrange ask assess assign attach attend audit bath "
        "begin block board book borrow buy calculate call carry challenge change charge chase check choose clean "
        "clear close collect come compile complete conduct contact convene cook copy count cover create cut decide "
        "decorate deliver describe designate dispose display distribute do draft draw dress drive drop drug-test eat "
        "empty enrol escort establish examine explain extend feed fetch fill find finish fit fix fund gather get go "
        "hand hang hold house identify implement include insert inspect install interview introduce invite issue join "
        "keep label leave lend let list live load lock make mark measure mend meet mop move name observe obtain open "
        "order organise paint pay perform permit photograph pick place plan play plot post practise prepare prescribe "
        "present print produce provide purchase put quote ring raise recruit redecorate refer refit register remind "
        "remove renew reopen repair repeat replace request rehouse reserve resolve restrict retrain review rewire run "
        "safety-check sand score screen search see sell separate serve set share shop sleep speak spend stand start "
        "stay store strip submit supervise supply swap sweep switch take talk teach test tidy trace train transfer "
        "transport treat try turn undertake update use vaccinate visit wake walk warn wash watch weigh withdraw work "
        "access participate enter receive return ring adopt advertise analyse announce approve assemble bathe cancel "
        "care clarify cuddle demonstrate dispense educate evict exchange follow freeze gate heat insulate involve "
        "learn lift mow nominate notify offer outline outreach own pack pass plaster praise prune publish quit "
        "rearrange reassess reconnect rehearse reinstate release relocate rent resit secure settle shadow signpost "
        "sit smoke-test sort stick stop study summarise tackle think title touch trim unblock unpack verify vet view "
        "wait wear wipe"
    )
)
# Words that are as often a thing as a doing: "Contact arrangements" is no sentence.
THING_ENDINGS = ("ance", "ence", "tion", "sion", "ment", "ing", "ings", "ness", "ity", "ral")
OFTEN_NOUNS = _words(
    "contact support visit review test report check book plan work help change play bath phone call address permit "
    "care drug school house record log note list score title share place access"
)

# The amount, the door left open, the day nobody can look up.

VAGUE_AMOUNTS = _words(
    "regularly frequently often occasionally periodically sometimes routinely sporadically more less"
)
RHYTHM = _words(
    "every each daily weekly fortnightly monthly nightly weekday weekdays mondays tuesdays wednesdays thursdays "
    "fridays saturdays sundays mornings evenings"
)
CONDITIONS = (
    r"(?:if|where|when|wherever|whenever|as)(?: it is)? (?:possible|appropriate|needed|required|necessary|able|"
    r"practicable|feasible|relevant|available|applicable|suitable)",
    r"as and when(?: (?:needed|required|necessary))?",
    r"(?:if|when) (?:she|he|they|mum|dad|\w+) (?:feels?|is|are) (?:able|ready|willing|up to it)",
    r"(?:if|when) (?:she|he|they|mum|dad) (?:wants?|wish(?:es)?|chooses?)",
    r"subject to (?:availability|capacity|funding|resources)",
    r"if (?:capacity|time|funding|resources) (?:allows?|permits?)",
    r"(?:should|if) the need arises?",
)
DATES_IN_WORDS = (
    r"a\.?s\.?a\.?p\b\.?",
    r"as soon as (?:possible|practicable|she can|he can|they can)",
    r"ongoing",
    r"on-going",
    r"immediately",
    r"straight away",
    r"right away",
    r"urgently",
    r"soon",
    r"shortly",
    r"in (?:due course|the near future|the coming (?:weeks|months)|time)",
    r"(?:by|before|at|until|for) (?:the )?(?:next|following|forthcoming|first) (?:\w+ )?"
    r"(?:review|conference|core group|meeting|visit)",
    r"throughout(?: the plan| the duration of the plan)?",
    r"(?:long|short|medium)[ -]term",
    r"until further notice",
    r"for the duration of the plan",
    r"within (?:the next )?(?:\w+) (?:working )?(?:days|weeks|months)(?! of\b| after\b)",
    r"in the next (?:\w+ )?(?:days|weeks|months)",
    r"this (?:week|month|term)",
    r"next (?:week|month|term)",
    r"by the end of (?:the )?(?:week|month|term|year)",
    r"(?:tbc|tba)\b",
)

# The measure.

UNOBSERVABLE = _words(
    "improved improve improvement improvements better increased increase reduced reduce reduction decreased progress "
    "progressing positive positively good appropriate appropriately understanding understands confident confidence "
    "aware awareness engaged engaging engagement engages ongoing honest honestly open cooperation cooperative needs "
    "feels feel feeling happy happier satisfactory adequate consistent consistently stable settled concerns insight "
    "motivated commitment committed willing relationship wellbeing compliance needed required necessary possible well "
    "safer calmer healthier stronger closer greater fewer minimal sufficient reasonable supported support evident"
)
NO_MEASURE_AT_ALL = _words("n/a na none tbc tba ongoing - nil unknown")
EVIDENCE = _words(
    "report record records recorded certificate letter log logged register registers receipt invoice photograph "
    "photographs photo diary chart sheet signed signature dated file minutes list test tests tested result results "
    "score plotted book statement copy form order closed keys seen email emails call calls note notes drawing rota "
    "timetable checklist minute entries entry agreement plan invoice contract prescription readings says say "
    "words names shows weekly daily page pages centile per cent paid nil"
)
DONE_WORDS = _words(
    "done completed complete made held attended carried out taken place finished achieved action undertaken arranged "
    "provided given happened happening implemented conducted successfully ongoing has have been was were is are the a "
    "an to of for with and all by in on at"
)

# The adult who turns up.

TURNING_UP = _words("attend complete go undertake do participate join enrol access start finish take engage")
SERVICES = _words(
    "course courses programme programmes program group groups class classes session sessions workshop workshops "
    "appointment appointments counselling therapy treatment management detox rehab rehabilitation clinic service "
    "meetings meeting training intervention"
)
TURNED_UP = _words(
    "certificate completion completed attendance attended attends sheet list register sessions session course "
    "programme group discharge letter shows show appointments appointment report diploma end confirmed confirmation "
    "feedback record log all of full every"
)
CHILD_WORDS = _words(
    "child children child's children's baby baby's babies infant toddler son daughter sons daughters kids sibling "
    "siblings twins boys girls boy girl newborn"
)

# What an outcome may be about.

TOPICS = {
    "home": "home house flat damp dry warm mould boiler heating heat radiator window windows door locks lock kitchen "
    "bathroom bedroom bedrooms stairs garden fence loft gas electrics electric alarm alarms hygiene conditions clean "
    "rubbish tenancy landlord rent housing repair repairs hatch cot gate clutter floor ceiling inspection "
    "hallway smoke fire overcrowding safe carbon",
    "school": "school nursery attendance register class teacher breakfast bedtime reading uniform pupil college lesson "
    "classroom sixth education punctual absence homework routine routines asleep",
    "substances": "drink drinks drinking sober alcohol drug drugs cannabis detox breath relapse hair-strand medication "
    "dose doses methadone substance keyworker prescription clear intoxicated",
    "violence": "violence violent abuse dash non-molestation order police dad licence contact locks probation "
    "perpetrator aggression call-out behaviour domestic safety keys address disclosure",
    "health": "health weigh weight weights dentist dental doctor clinic vaccine vaccines hearing medical "
    "medicine medicines optician eyesight glasses asthma feed feeding food diet dietician growth centile red-book "
    "developmental development appointment appointments speech teeth gp prescription bath hygiene sleeping hospital "
    "midwife",
    "voice": "wishes feelings feels feel listened words voice says trust trusts drawing counselling counsellor "
    "alone ask advocate young carers camhs play playing relationship happy worry worries",
}
STOP = _words(
    "a an the and or of to for with in on at by from up out as is are was be been being will shall should must can "
    "may this that these those it its he she they them his her their who what when where how which not no nor any all "
    "each every both so if then than into about over under after before while until per day days week weeks month "
    "months home's children child children's measured two three four five six seven eight nine ten one first row next "
    "said given made done shows have has had do does use mum dad mother father gran social worker core group file "
    "record own met kept keep need needs themselves"
)
