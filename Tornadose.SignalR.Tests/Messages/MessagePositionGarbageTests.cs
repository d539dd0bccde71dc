using FsCheck;
using FsCheck.Fluent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Ids are untrusted input: one that was never issued is never accepted as a position, and never throws.</summary>
public sealed class MessagePositionGarbageTests
{
    private const string Issued = "9f2c4e6a81b3d5f7-42-1a2b3c4d";

    public static TheoryData<string> Garbage =>
    [
        "", " ", "-1", "+1", "0x10", "1e9", "9223372036854775808", "18446744073709551616", "٤٢", "[[[0,13]]", "null", "\0", "😀", "\r\n",
        new string('a', 4096), new string('-', 45), new string('0', 45),
        " " + Issued, Issued + " ", Issued + "\n", Issued + "0", Issued[1..], Issued[..^1],
        "9F2C4E6A81B3D5F7-42-1a2b3c4d", "9f2c4e6a81b3d5f7-42-1A2B3C4D", "9f2c4e6a81b3d5f7_42_1a2b3c4d", "9f2c4e6a81b3d5fg-42-1a2b3c4d",
        "9f2c4e6a81b3d5f7--1a2b3c4d", "9f2c4e6a81b3d5f7--1-1a2b3c4d", "9f2c4e6a81b3d5f7-+1-1a2b3c4d", "9f2c4e6a81b3d5f7- 1-1a2b3c4d",
        "9f2c4e6a81b3d5f7-042-1a2b3c4d", "9f2c4e6a81b3d5f7-00-1a2b3c4d", "9f2c4e6a81b3d5f7-٤٢-1a2b3c4d", "9f2c4e6a81b3d5f7-0x2a-1a2b3c4d",
        "9f2c4e6a81b3d5f7-9223372036854775808-1a2b3c4d", "9f2c4e6a81b3d5f7-18446744073709551616-1a2b3c4d",
        "9f2c4e6a81b3d5f7-9999999999999999999-1a2b3c4d",
    ];

    [Theory, Case("HTTP-18"), MemberData(nameof(Garbage))]
    public void TryParse_Garbage_ReturnsFalse(string text)
    {
        Assert.False(MessagePosition.TryParse(text, out var position));
        Assert.Equal(default, position);
    }

    [Fact]
    public void TryParse_Null_ReturnsFalse() => Assert.False(MessagePosition.TryParse(null, out _));

    [Fact, Case("HTTP-18")]
    public void TryParse_LargestOffset_IsAccepted()
    {
        Assert.True(MessagePosition.TryParse("9f2c4e6a81b3d5f7-9223372036854775807-1a2b3c4d", out var position));
        Assert.Equal(long.MaxValue, position.Offset);
    }

    [Fact, Case("HTTP-19")]
    public void TryParse_AnyText_NeverThrowsAndAcceptsOnlyWhatIsWrittenBackTheSame() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string?>(), text => !MessagePosition.TryParse(text, out var position) || position.ToString() == text)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact, Case("HTTP-19")]
    public void TryParse_ChangedId_IsRefusedOrWrittenBackTheSame()
    {
        var changes =
            from index in Gen.Choose(0, Issued.Length - 1)
            from c in ArbMap.Default.GeneratorFor<char>()
            from insert in ArbMap.Default.GeneratorFor<bool>()
            select Issued[..index] + c + Issued[(insert ? index : index + 1)..];

        Prop.ForAll(changes.ToArbitrary(), text => !MessagePosition.TryParse(text, out var position) || position.ToString() == text)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact, Case("HTTP-18")]
    public void AfterId_LongGarbage_AllocatesNothing()
    {
        var garbage = new string('a', 4096);
        _ = StartAt.AfterId(garbage);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
            _ = StartAt.AfterId(garbage);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
