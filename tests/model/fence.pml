/* The three steps by which a job moves (design section 5): claim, begin_blank, finish, each with the fence of its claim.
   Two stations share a ledger. Each may be overtaken by a lease that runs out before begin_blank, and each may be given up
   as hung afterwards and come back with what it knew. People resolve what is in doubt. A card is whole as soon as it is
   begun: even a spoiled one may hold valid data (design section 4).

   The promise: at no moment two whole cards of one approval outside of machine and reject, and the card that the ledger
   calls good is the one that is out. Each rule can be taken away, which must give a counterexample:
     NO_FENCE               finish does not look at the fence
     NO_POINT_OF_NO_RETURN  the lease of a job whose card was begun runs out too
     NO_REJECT_FIRST        the job is ready again before its spoiled card lies in the locked reject
     NO_DOUBT               a card of which nobody knows where it is counts as spoiled */

#define STATIONS 2
#define CARDS 3  /* blanks begun for the job, at most */
#define CLAIMS 4 /* at most */
#define NONE CARDS

mtype = { ready, claimed, in_progress, in_doubt, issued, failed };
mtype = { hopper, machine, output, reject, gone };

mtype state = ready;
byte fence = 0;
byte begun = 0;
byte current = NONE;    /* the card that was begun last */
byte good = NONE;       /* the card that the ledger calls good */
mtype place[CARDS] = hopper;
byte out = 0;           /* cards in the output */

inline keep_the_promise() {
  assert(out <= 1);
  assert(good == NONE || place[good] == output)
}

/* The machine or a hand moves a card from the machine; one that lies elsewhere is not there to be moved. */
inline move(card, to) {
  d_step {
    if
    :: place[card] == machine ->
       place[card] = to;
       if
       :: to == output -> out++
       :: else -> skip
       fi
    :: else -> skip
    fi;
    keep_the_promise()
  }
}

#ifdef NO_FENCE
#define MINE true
#else
#define MINE (fence == mine)
#endif

inline finish_good(card) {
  d_step {
    if
    :: MINE && state == in_progress -> state = issued; good = card
    :: else -> skip /* "stale: destroy this card" */
    fi;
    keep_the_promise()
  }
}

inline finish_spoiled() {
  d_step {
    if
    :: MINE && state == in_progress && begun < CARDS -> state = ready
    :: MINE && state == in_progress && begun == CARDS -> state = failed
    :: else -> skip
    fi
  }
}

/* The line says "don't know". */
inline doubt() {
  d_step {
    if
    :: fence == mine && state == in_progress ->
#ifdef NO_DOUBT
       if
       :: begun < CARDS -> state = ready
       :: else -> state = failed
       fi
#else
       state = in_doubt
#endif
    :: else -> skip
    fi
  }
}

proctype station() {
  byte mine, card;
  do
  :: atomic { state == ready && fence < CLAIMS -> fence++; mine = fence; state = claimed };
     /* Here the station may sleep until its lease is over and another has claimed the job. */
     atomic {
       if
       :: state == claimed && fence == mine ->
          state = in_progress; card = begun; begun++; current = card; place[card] = machine
       :: else -> card = NONE /* stale: the blank goes back */
       fi
     };
     if
     :: card == NONE -> skip
     :: else ->
        if
        :: move(card, output); finish_good(card)
#ifdef NO_REJECT_FIRST
        :: finish_spoiled();
           if
           :: move(card, reject)
           :: move(card, output) /* somebody takes it for good */
           fi
#else
        :: move(card, reject); finish_spoiled()
#endif
        :: /* Given up as hung; what was under way comes back later, or never. */
           doubt();
           if
           :: move(card, output); finish_good(card)
           :: skip
           fi
        fi
     fi
  :: state == issued || state == failed || fence == CLAIMS -> break
  od
}

/* Two people look for the card in doubt (design section 4): good where it lies, spoiled in hand, or missing. */
proctype people() {
  do
  :: atomic { state == in_doubt ->
       if
       :: place[current] == output -> state = issued; good = current
       :: place[current] == output || place[current] == machine ->
          if
          :: place[current] == output -> out--
          :: else -> skip
          fi;
          place[current] = reject;
          if
          :: begun < CARDS -> state = ready
          :: else -> state = failed
          fi
       :: place[current] == output || place[current] == machine -> state = failed /* nobody finds it */
       fi;
       keep_the_promise() }
  :: state == issued || state == failed -> break
  od
}

proctype leases() {
  do
  :: atomic { state == claimed -> state = ready }
#ifdef NO_POINT_OF_NO_RETURN
  :: atomic { state == in_progress && begun < CARDS -> state = ready }
#endif
  :: state == issued || state == failed -> break
  od
}

init {
  atomic {
    byte i;
    for (i : 1 .. STATIONS) { run station() }
    run people();
    run leases()
  }
}
