package headroom.resources;

/**
 * An sRGB colour, its components linear from 0 to 1: contrast after WCAG 2, distance after CIEDE2000, and how it looks to people with one
 * kind of cone missing after Machado, Oliveira and Fernandes (2009), severity 1.
 */
record Colour(double red, double green, double blue) {

    /** Which cones are missing, with the matrix of the paper's table. */
    enum Sight {
        NORMAL(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}),
        PROTAN(new double[][] {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}),
        DEUTAN(new double[][] {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}),
        TRITAN(new double[][] {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}});

        private final double[][] matrix;

        Sight(double[][] matrix) {
            this.matrix = matrix;
        }
    }

    static Colour of(String hex) {
        return new Colour(linear(hex, 1), linear(hex, 3), linear(hex, 5));
    }

    double luminance() {
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    double contrast(Colour other) {
        final double brighter = Math.max(luminance(), other.luminance());
        return (brighter + 0.05) / (Math.min(luminance(), other.luminance()) + 0.05);
    }

    Colour seenWith(Sight sight) {
        return new Colour(row(sight.matrix[0]), row(sight.matrix[1]), row(sight.matrix[2]));
    }

    /** CIEDE2000; the letters are those of Sharma, Wu and Dalal (2005). */
    double distance(Colour other) {
        final double[] one = lab();
        final double[] two = other.lab();
        final double cMean = (Math.hypot(one[1], one[2]) + Math.hypot(two[1], two[2])) / 2;
        final double g = 0.5 * (1 - Math.sqrt(Math.pow(cMean, 7) / (Math.pow(cMean, 7) + Math.pow(25, 7))));
        final double a1 = one[1] * (1 + g);
        final double a2 = two[1] * (1 + g);
        final double c1 = Math.hypot(a1, one[2]);
        final double c2 = Math.hypot(a2, two[2]);
        final double h1 = hue(a1, one[2]);
        final double h2 = hue(a2, two[2]);
        final double turn = c1 * c2 == 0 ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
        final double dH = 2 * Math.sqrt(c1 * c2) * Math.sin(Math.toRadians(turn / 2));
        final double l = (one[0] + two[0]) / 2;
        final double c = (c1 + c2) / 2;
        final double sum = h1 + h2;
        final double h = c1 * c2 == 0 ? sum : Math.abs(h1 - h2) <= 180 ? sum / 2 : sum < 360 ? sum / 2 + 180 : sum / 2 - 180;
        final double t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.20 * cos(4 * h - 63);
        final double sL = 1 + 0.015 * Math.pow(l - 50, 2) / Math.sqrt(20 + Math.pow(l - 50, 2));
        final double sC = 1 + 0.045 * c;
        final double sH = 1 + 0.015 * c * t;
        final double rC = 2 * Math.sqrt(Math.pow(c, 7) / (Math.pow(c, 7) + Math.pow(25, 7)));
        final double rT = -rC * Math.sin(Math.toRadians(60 * Math.exp(-Math.pow((h - 275) / 25, 2))));
        final double termL = (two[0] - one[0]) / sL;
        final double termC = (c2 - c1) / sC;
        final double termH = dH / sH;
        return Math.sqrt(termL * termL + termC * termC + termH * termH + rT * termC * termH);
    }

    private double[] lab() {
        final double x = f((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
        final double y = f(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue);
        final double z = f((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private double row(double[] weights) {
        return Math.max(0, Math.min(1, weights[0] * red + weights[1] * green + weights[2] * blue));
    }

    private static double f(double value) {
        return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116.0;
    }

    private static double hue(double a, double b) {
        final double degrees = a == 0 && b == 0 ? 0 : Math.toDegrees(Math.atan2(b, a));
        return degrees < 0 ? degrees + 360 : degrees;
    }

    private static double cos(double degrees) {
        return Math.cos(Math.toRadians(degrees));
    }

    private static double linear(String hex, int at) {
        final double value = Integer.parseInt(hex.substring(at, at + 2), 16) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
