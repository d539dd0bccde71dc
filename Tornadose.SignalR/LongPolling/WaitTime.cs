using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tornadose.SignalR.LongPolling;

/// <summary>The query parameter <c>wait</c>: <c>30s</c>, <c>500ms</c>, <c>2m</c>, or a number of seconds.</summary>
internal static class WaitTime
{
    public const string Parameter = "wait";

    public const string Expected = "The query parameter 'wait' takes a time from 0s to 5m, as in 'wait=30s'.";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly (string Suffix, TimeSpan Unit)[] Units =
        [
            ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
            ("", TimeSpan.FromSeconds(1))];

    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan wait)
    {
        wait = default;
        if (text is null)
            return false;
        var (suffix, unit) = Array.Find(Units, unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        if (!int.TryParse(
            text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out var count) || count > Longest / unit)
            return false;
        wait = count * unit;
        return true;
    }
}
