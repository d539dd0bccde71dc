using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

public sealed class EventTypesTests
{
    [Theory, Case("SSE-16"), InlineData(null), InlineData(""), InlineData("message")]
    public void Normalize_PlainMessage_IsNull(string? eventType) => Assert.Null(EventTypes.Normalize(eventType));

    [Theory, Case("SSE-16")]
    [InlineData("tick"), InlineData("Message"), InlineData(" leading and trailing "), InlineData("größe"), InlineData("a:b"),
        InlineData("data: x"), InlineData("😀"), InlineData("tornadose"), InlineData("tornadoses.x")]
    public void Normalize_AnyOtherText_IsKept(string eventType) => Assert.Equal(eventType, EventTypes.Normalize(eventType));

    [Theory, Case("SSE-05", "SEC-06")]
    [InlineData("a\nb"), InlineData("a\rb"), InlineData("a\r\nb"), InlineData("\n"), InlineData("a\0b"), InlineData("a\tb"),
        InlineData("a\u001bb"), InlineData("a\u007fb")]
    [InlineData("a\u0085b"), InlineData("a\u009fb"), InlineData("a\u2028b"), InlineData("a\u2029b"), InlineData("a\u200bb"),
        InlineData("a\u202eb"), InlineData("\ufeffa"), InlineData("a\u00adb")]
    [InlineData("a\U000E0001b"), InlineData("\U0001D173"), InlineData("a\U000E007F")]
    public void Normalize_ControlOrFormatCharacter_Throws(string eventType) => Refused(eventType);

    [Fact, Case("SEC-06")]
    public void Normalize_HalfASurrogatePair_Throws()
    {
        // Not a theory: attributes and runners do not preserve lone surrogates.
        foreach (var eventType in (string[])["\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d", "a\ud83d\ud83d\ude00"])
            Refused(eventType);
    }

    [Theory, Case("SSE-17", "SEC-21"), InlineData("tornadose.reset"), InlineData("tornadose."), InlineData("Tornadose.Reset"),
        InlineData("TORNADOSE.x")]
    public void Normalize_ReservedName_Throws(string eventType) => Refused(eventType);

    [Theory, Case("SSE-16"), InlineData("error"), InlineData("open")]
    public void Normalize_EventThatAnEventSourceHasItself_Throws(string eventType)
    {
        var refused = Assert.Throws<ArgumentException>(() => EventTypes.Normalize(eventType));
        Assert.Contains($"An EventSource has an event '{eventType}' of its own", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("Error"), InlineData("OPEN"), InlineData("errors"), InlineData("reopen"), InlineData("close")]
    public void Normalize_AlmostAnEventSourcesOwn_IsKept(string eventType) => Assert.Equal(eventType, EventTypes.Normalize(eventType));

    [Fact]
    public void Normalize_LongestType_IsKeptAndALongerOneRefused()
    {
        var longest = new string('x', EventTypes.MaxLength);

        Assert.Equal(longest, EventTypes.Normalize(longest));
        Refused(longest + 'x');
    }

    private static void Refused(string eventType) => Assert.Throws<ArgumentException>(() => EventTypes.Normalize(eventType));
}
