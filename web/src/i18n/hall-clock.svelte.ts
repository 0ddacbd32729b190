/** The clock of the hall: Thailand's until the hall has said its own. */
class HallClock {
  zone = $state('Asia/Bangkok');
}

export const hall_clock = new HallClock();
