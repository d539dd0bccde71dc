namespace BlazorDashboard.Metrics;

/// <summary>Rounds the numbers before they are published: more digits are not shown, and the messages stay short.</summary>
internal static class Rounded
{
    public static double Percent(double value) => Math.Round(Math.Clamp(value, 0, 100), 1);

    public static double Whole(double value) => Math.Round(value);

    public static double? Whole(double? value) => value is { } number ? Math.Round(number) : null;

    public static double Hundredth(double value) => Math.Round(value, 2);

    public static long Milliseconds(this TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
