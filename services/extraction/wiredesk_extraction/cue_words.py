"""English words that tie words to a source, as plain lists by what stands with them: data only, no rules.

Base forms; `reporting` makes the inflections. A verb stands in every list whose construction it takes. Classes after
FrameNet's communication, judgement, commitment and opinion frames (Fillmore and Baker 2010) and Levin (1993).
"""

__all__ = [
    "ACCUSING",
    "ADJECTIVES",
    "ASIDES",
    "BEARERS",
    "CLAUSES",
    "COPULAS",
    "DOCUMENTS",
    "INFINITIVES",
    "IRREGULAR",
    "MEMBERS",
    "NAMING",
    "NOUNS",
    "OBJECTS",
    "OBJECT_FIRST",
    "PREPOSITIONS",
    "REQUESTS",
    "SAYING",
    "WEAK_SAYING",
]

IRREGULAR = {
    "say": "says said saying", "tell": "tells told telling", "write": "writes wrote written writing",
    "think": "thinks thought thinking", "speak": "speaks spoke spoken speaking", "read": "reads read reading",
    "swear": "swears swore sworn swearing", "forecast": "forecasts forecast forecasting",
    "quip": "quips quipped quipping", "admit": "admits admitted admitting", "refer": "refers referred referring",
    "signal": "signals signalled signaled signalling signaling", "slam": "slams slammed slamming",
    "label": "labels labelled labeled labelling labeling", "know": "knows knew known knowing",
    "find": "finds found finding", "feel": "feels felt feeling", "show": "shows showed shown showing",
    "understand": "understands understood understanding", "foresee": "foresees foresaw foreseen foreseeing",
    "hold": "holds held holding", "mean": "means meant meaning", "learn": "learns learned learnt learning",
    "plan": "plans planned planning", "bet": "bets bet betting", "lay": "lays laid laying",
    "seek": "seeks sought seeking", "choose": "chooses chose chosen choosing", "rap": "raps rapped rapping",
    "forbid": "forbids forbade forbidden forbidding", "beg": "begs begged begging", "rip": "rips ripped ripping",
    "pan": "pans panned panning", "spell": "spells spelled spelt spelling", "hit": "hits hit hitting",
    "overrule": "overrules overruled overruling", "prefer": "prefers preferred preferring",
    "regret": "regrets regretted regretting", "commit": "commits committed committing",
    "make": "makes made making", "give": "gives gave given giving", "hear": "hears heard hearing",
    "see": "sees saw seen seeing", "draw": "draws drew drawn drawing", "go": "goes went gone going",
    "come": "comes came coming", "lash": "lashes lashed lashing", "brag": "brags bragged bragging",
    "get": "gets got gotten getting", "dream": "dreams dreamed dreamt dreaming", "cheer": "cheers cheered cheering",
    "take": "takes took taken taking", "fight": "fights fought fighting", "spar": "spars sparred sparring",
    "sing": "sings sang sung singing", "put": "puts put putting", "panic": "panics panicked panicking",
    "rebut": "rebuts rebutted rebutting", "compel": "compels compelled compelling", "bid": "bids bid bidding",
    "shrug": "shrugs shrugged shrugging", "let": "lets let letting", "opt": "opts opted opting",
    "bring": "brings brought bringing", "throw": "throws threw thrown throwing",
}  # fmt: skip

SAYING = """
    say tell add reply respond answer state declare announce claim argue insist warn explain note
    observe remark comment admit acknowledge concede confirm deny allege assert maintain contend stress
    emphasise emphasize recall write tweet quip joke shout cry yell exclaim whisper mutter conclude
    continue report reveal disclose complain testify signal estimate reiterate repeat assure caution
    counter retort predict suggest believe think ask wonder boast lament recount proclaim affirm
    interject muse opine bemoan elaborate clarify indicate vow pledge promise agree advise chant post
"""
"""Verbs whose subject speaks: enough for a clause without quotation marks."""

WEAK_SAYING = """
    describe call dub term label urge demand accuse criticise criticize blast condemn praise cite
    mention propose recommend speak talk read hope fear worry swear question hail denounce slam brand
    characterise characterize refer point quote express issue liken portray request doubt forecast
    attack mock thank invite laud applaud commend compare scold lambaste decry deride ridicule chide
    rebuke admonish introduce imply hint protest apologise apologize greet voice deem dismiss reject
    welcome defend tout echo calculate
"""
"""Verbs that may introduce quoted words when they stand close to them."""

OBJECT_FIRST = """
    tell call dub term label urge accuse criticise criticize praise remind inform assure quote advise
    order thank ask
"""
"""Verbs whose noun phrase after them is spoken to, or of: never the speaker of an inverted clause."""

CLAUSES = """
    say tell add reply respond answer state declare announce claim argue insist warn explain note
    observe remark comment admit acknowledge concede confirm deny allege assert maintain contend stress
    emphasise emphasize recall write tweet quip joke shout cry yell exclaim whisper mutter conclude
    continue report reveal disclose complain testify signal estimate reiterate repeat assure caution
    counter retort predict suggest believe think ask wonder boast lament recount proclaim affirm
    interject muse opine bemoan elaborate clarify indicate vow pledge promise agree advise chant post
    know find show feel hope fear worry wish expect realize realise understand assume suspect doubt
    decide determine rule learn recognize recognise imply hint propose recommend demand request urge
    question swear guess imagine reckon figure forecast project calculate discover demonstrate
    illustrate document speculate theorize posit hypothesize presume infer deduce surmise envision
    envisage foresee anticipate hold rebut protest mention charge accuse attest certify postulate bet
    wager remind inform notify convince persuade brag gripe grumble grouse rant rave fume whine weep
    sigh scoff sneer gloat declaim pronounce decree advocate specify stipulate underscore underline
    highlight reaffirm relate convey disagree dispute object concur accept appreciate regret apologize
    apologise resolve pray dream consider see notice inquire enquire debate discuss describe explore
    ponder grant trumpet tout exult marvel fret prophesy blog email text message reflect remember forget
    point underestimate outline teach instruct
"""
"""Verbs with a clause for what is said, known, hoped or found ("found that …", "asked whether …")."""

ASIDES = """
    say put note explain point report argue write state observe acknowledge suggest mention describe
    predict promise recall concede admit warn claim tell announce stress
"""
"""Verbs of asides ("as she put it", "as the report said")."""

INFINITIVES = """
    promise vow pledge plan want hope refuse decline offer agree decide intend threaten propose expect
    aim wish prefer swear resolve commit volunteer undertake ask demand seek claim request choose
    consent elect mean hesitate opt
"""
"""Verbs whose subject says or means to do something ("vowed to go")."""

REQUESTS = """
    urge ask tell encourage order invite beg implore exhort request instruct command advise warn
    challenge expect want persuade convince dare remind lobby forbid plead entreat caution counsel
"""
"""Verbs for having someone else do something ("urged them to go")."""

NAMING = """
    call dub label term brand describe portray characterise characterize depict hail denounce deride
    dismiss decry condemn cast deem consider declare pronounce rate view see regard mock ridicule blast
    slam tout praise criticise criticize paint perceive treat rank cite rip attack liken compare
    nickname identify frame find interpret
"""
"""Verbs that say what something is ("called it a mistake", "dismissed it as a mistake")."""

OBJECTS = """
    criticise criticize attack blast condemn praise slam denounce mock ridicule rip bash lambaste
    excoriate chastise rebuke scold deride decry assail berate castigate chide deplore lampoon reprimand
    reproach laud applaud commend hail celebrate compliment congratulate salute thank extol cheer
    welcome champion support oppose back endorse favor favour defend dispute deny reject question
    disavow renounce repudiate disparage belittle insult denigrate demean malign vilify demonize
    demonise disown propose announce promise pledge demand urge request recommend suggest advocate
    outline detail unveil discuss debate mention cite reference note describe recount recall explain
    clarify acknowledge admit concede confirm reveal disclose report stress emphasise emphasize
    highlight underscore underline tout trumpet reiterate repeat reaffirm claim allege express voice
    convey articulate blame fault accuse warn caution threaten scorn skewer lament bemoan mourn regret
    protest doubt fear dread believe trust suspect predict forecast foresee anticipate expect want
    compare liken link attribute ascribe contrast equate echo quote invoke evoke dismiss downplay
    minimize minimise exaggerate overstate misrepresent mischaracterize misstate lambast hammer pan rap
    grill confront taunt tease needle admonish upbraid admire love hate despise loathe dislike like
    prefer appreciate envision envisage imagine tweet post chant shout sing estimate calculate show
    depict portray feature document profile characterise characterize label apologize apologise promote
    rebut refute contradict contest counter
"""
"""Verbs with what is said, or meant, or spoken of as their object ("denied the report")."""

PREPOSITIONS = {
    "call": "for on upon", "speak": "of about against", "talk": "about of up", "complain": "about of",
    "warn": "of about against", "point": "to out", "refer": "to", "allude": "to", "boast": "of about",
    "brag": "about of", "apologize": "for", "apologise": "for", "object": "to", "insist": "on upon",
    "agree": "with to on", "disagree": "with", "worry": "about over", "wonder": "about", "think": "of about",
    "dream": "of about", "believe": "in", "comment": "on about", "weigh": "in", "argue": "for against about",
    "push": "for", "press": "for", "advocate": "for", "plead": "for", "ask": "for about", "inquire": "about",
    "vote": "for against", "rail": "against", "lash": "out at", "hit": "back at", "go": "after", "rave": "about",
    "joke": "about", "lie": "about", "testify": "about to", "elaborate": "on", "dwell": "on", "touch": "on",
    "hint": "at", "side": "with", "protest": "against", "lobby": "for against", "appeal": "for to", "pray": "for",
    "opt": "for", "fret": "about over", "gripe": "about", "rant": "about", "muse": "about", "reflect": "on",
    "focus": "on", "sympathize": "with", "sympathise": "with", "respond": "to", "react": "to", "reply": "to",
    "vouch": "for", "caution": "against", "advise": "against", "hope": "for", "wish": "for", "long": "for",
    "campaign": "for against on", "opine": "on about", "write": "about of", "tweet": "about", "know": "about of",
    "learn": "of about", "hear": "of about", "approve": "of", "disapprove": "of", "care": "about",
    "rule": "against on", "decide": "on against", "swear": "by", "cheer": "for", "answer": "to", "quarrel": "with",
    "take": "issue aim", "fume": "about over at", "seethe": "about over after", "bristle": "at", "scoff": "at",
    "laugh": "at", "sneer": "at", "bet": "on", "plan": "for", "threaten": "with", "seize": "on", "expand": "on",
    "backtrack": "on", "waver": "on", "concur": "with", "speculate": "about on", "obsess": "over about",
    "sing": "about of",
}  # fmt: skip
"""Verbs, and the words that lead on to what is said ("called for talks")."""

ACCUSING = """
    accuse suspect convict acquit warn remind inform assure convince persuade notify advise
"""
"""Verbs that put what is said behind "of" ("accused him of lying")."""

NOUNS = """
    claim promise pledge vow call report argument assertion allegation accusation charge statement
    announcement suggestion warning prediction belief view opinion hope fear concern worry desire wish
    plan proposal decision refusal demand request threat offer admission acknowledgment acknowledgement
    confession denial contention insistence complaint criticism praise condemnation support opposition
    endorsement rejection conviction expectation assumption conclusion finding estimate forecast theory
    idea notion intention commitment determination eagerness willingness reluctance readiness ambition
    recommendation assurance insinuation remark comment observation boast question testimony account
    description depiction attack assault suspicion doubt thought agreement plea appeal
"""
"""Nouns of speech and thought, whose owner is the source ("her claim that …", "their call for …")."""

BEARERS = """
    express voice make issue give have offer raise show repeat reiterate share hold take send deliver
    renew
"""
"""Verbs that do no more than bear a noun of speech ("made a promise to", "voiced concern about")."""

ADJECTIVES = """
    critical supportive afraid fearful worried concerned anxious angry furious upset unhappy happy glad
    proud confident sure certain convinced aware doubtful skeptical sceptical wary suspicious optimistic
    pessimistic hopeful sorry grateful thankful disappointed surprised shocked outraged opposed adamant
    eager unwilling reluctant determined excited delighted pleased frustrated alarmed mindful dismissive
    uncertain unsure hesitant keen
"""
"""Adjectives for what somebody thinks or feels of something ("critical of", "confident that", "eager to")."""

COPULAS = """
    be am is are was were been being 's 're 'm feel feels felt seem seems seemed sound sounds sounded remain
    remains remained
"""
"""What ties such an adjective to its subject, in every form."""

DOCUMENTS = """
    report poll survey study statement letter email e-mail memo document filing lawsuit complaint brief
    ruling opinion order bill law article story editorial column book paper ad advertisement video audio
    footage transcript record website site page analysis review data figures statistics census research
    investigation audit inquiry findings results tweet post message release speech interview text note
    indictment affidavit papers newspaper magazine headline script film documentary spot clip commercial
    commentary essay blog constitution treaty charter rule rules guidelines standards bylaws agreement
    resolution plan contract tape tapes testimony evidence chart graph map slide polls average image
    photo photograph
"""
"""Things in writing, and recordings, that say something themselves."""

MEMBERS = """
    people person man woman men women child children kid kids voter voters parent parents neighbor
    neighbors neighbour neighbours friend friends family families group groups company companies firm
    firms bank banks government governments administration campaign campaigns party parties union unions
    agency agencies department ministry office court courts panel committee council board commission
    senate house congress parliament police army military church organization organisation organizations
    organisations association team club school university college hospital industry business businesses
    corporation state states country countries nation nations city town village county community
    communities media press network newspaper networks opponents opponent supporter supporters critics
    critic advocate advocates insiders insider observers observer researchers researcher scholars
    scholar historians historian operatives delegates workers worker employees employee staff staffers
    staffer troops soldiers crowd crowds protesters protester demonstrators audience readers reader
    listeners viewers fans conservatives liberals conservative liberal progressives moderates americans
    authorities authority regulators prosecutors investigators jurors jury bloc alliance coalition
    caucus majority minority many some most others everyone everybody anyone someone nobody one half
    generation millennials latinos hispanics muslims christians jews seniors taxpayers customers
    consumers clients patients moderator moderators anchor host narrator questioner colleague colleagues
    refugee refugees migrants immigrants bishop pope ambassador legislature legislators lawmakers
"""
"""Nouns for people, and for bodies of people that speak with one voice, beside offices and trades."""
