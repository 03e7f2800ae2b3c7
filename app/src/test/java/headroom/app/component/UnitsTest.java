package headroom.app.component;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {
    private static final String T = Units.THIN;

    @Test
    void gibibytesHaveTwoDecimalsBelowTenAndOneAbove() {
        assertThat(Units.gib(Math.round(4.3 * Units.GIB))).isEqualTo("4.30" + T + "GiB");
        assertThat(Units.gib(Math.round(12.58 * Units.GIB))).isEqualTo("12.6" + T + "GiB");
        assertThat(Units.gib(Math.round(9.996 * Units.GIB))).isEqualTo("10.0" + T + "GiB");
        assertThat(Units.gib(0)).isEqualTo("0.00" + T + "GiB");
    }

    @Test
    void theUnitFollowsTheSize() {
        assertThat(Units.memory(Units.GIB)).isEqualTo("1.00" + T + "GiB");
        assertThat(Units.memory(45 * Units.MIB + Units.MIB / 10)).isEqualTo("45.1" + T + "MiB");
        assertThat(Units.memory(3 * 1024)).isEqualTo("3" + T + "KiB");
        assertThat(Units.memory(17)).isEqualTo("17" + T + "B");
        assertThat(Units.mib(1536 * Units.MIB)).isEqualTo("1,536" + T + "MiB");
    }

    @Test
    void minusIsAMinusAndZeroHasNoSign() {
        assertThat(Units.bytes(-1024)).isEqualTo("\u22121,024" + T + "B");
        assertThat(Units.change(Math.round(-2.06 * Units.GIB))).isEqualTo("\u22122.06" + T + "GiB");
        assertThat(Units.change(Units.GIB)).isEqualTo("+1.00" + T + "GiB");
        assertThat(Units.decimals(-0.0004, 3)).isEqualTo("0.000");
        assertThat(Units.bytes(0)).isEqualTo("0" + T + "B");
    }

    @Test
    void timesReadAsAClockFromAMinuteOn() {
        assertThat(Units.clock(395)).isEqualTo("6:35");
        assertThat(Units.clock(3995)).isEqualTo("1:06:35");
        assertThat(Units.clock(Double.NaN)).isEqualTo("–");
        assertThat(Units.duration(0.363)).isEqualTo("363" + T + "ms");
        assertThat(Units.duration(0.0014)).isEqualTo("1.4" + T + "ms");
        assertThat(Units.duration(1.9)).isEqualTo("1.90" + T + "s");
        assertThat(Units.duration(12.34)).isEqualTo("12.3" + T + "s");
        assertThat(Units.duration(59.97)).isEqualTo("1:00");
    }

    @Test
    void headroomIsFreeOrOver() {
        assertThat(Units.headroom(Math.round(3.7 * Units.GIB))).isEqualTo("3.70" + T + "GiB free");
        assertThat(Units.headroom(Math.round(-0.79 * Units.GIB))).isEqualTo("0.79" + T + "GiB over");
    }

    @Test
    void amountsHaveThreeFigures() {
        assertThat(Units.amount(22_713_216)).isEqualTo("22.7" + T + "M");
        assertThat(Units.amount(1_235_814_400)).isEqualTo("1.24" + T + "B");
        assertThat(Units.amount(6_738_415_616d)).isEqualTo("6.74" + T + "B");
        assertThat(Units.amount(7_473)).isEqualTo("7,473");
        assertThat(Units.amount(999_600)).isEqualTo("1.00" + T + "M");
    }

    @Test
    void sharesAndFactors() {
        assertThat(Units.metric("accuracy", 0.941)).isEqualTo("94.1" + T + "%");
        assertThat(Units.metric("loss", 0.70412)).isEqualTo("0.704");
        assertThat(Units.factor(1.31)).isEqualTo("×" + T + "1.31");
        assertThat(Units.extraTime(0.27)).isEqualTo("+" + T + "27" + T + "% time");
        assertThat(Units.extraTime(-0.38)).isEqualTo("\u2212" + T + "38" + T + "% time");
        assertThat(Units.extraTime(0.001)).isEqualTo("no change");
    }
}
