using System.Globalization;

namespace BlazorDashboard.Components;

/// <summary>
/// A number as people read it, separate from its unit. The text at the crosshair is written by <c>format.js</c>; a test compares the two.
/// </summary>
public readonly record struct FormattedNumber(string Number, string Unit)
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T", "P"];

    /// <summary>Number and unit, without trailing zeros: for the edge of a chart, which is a round number.</summary>
    public string Short => $"{(Number.Contains('.') ? Number.TrimEnd('0').TrimEnd('.') : Number)} {Unit}".Trim();

    /// <summary>
    /// Writes <paramref name="value"/> as <c>percent</c>, <c>bytes</c>, <c>rate</c> (bytes a second), <c>persecond</c>, <c>ms</c>,
    /// <c>load</c> or <c>count</c>.
    /// </summary>
    public static FormattedNumber Of(string format, double? value) => value is not { } number
        ? new FormattedNumber("–", "")
        : format switch
        {
            "percent" => new FormattedNumber(Fixed(number, 1), "%"),
            "bytes" => Scaled(number, "B"),
            "rate" => Scaled(number, "B/s"),
            "persecond" => new FormattedNumber(number.ToString("#,0", CultureInfo.InvariantCulture), "/s"),
            "ms" => new FormattedNumber(Fixed(number, number < 10 ? 2 : 0), "ms"),
            "load" => new FormattedNumber(Fixed(number, 2), ""),
            _ => new FormattedNumber(number.ToString("#,0", CultureInfo.InvariantCulture), ""),
        };

    private static FormattedNumber Scaled(double value, string unit)
    {
        var prefix = 0;
        // 999.5 would be written as 1000, so it gets the next unit.
        while (value >= 999.5 && prefix < Prefixes.Length - 1)
        {
            value /= 1000;
            prefix++;
        }

        var decimals = prefix == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return new FormattedNumber(Fixed(value, decimals), Prefixes[prefix] + unit);
    }

    private static string Fixed(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);
}
