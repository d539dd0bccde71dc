using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

public sealed class MessagePositionTests
{
    private const string Example = "9f2c4e6a81b3d5f7-42-1a2b3c4d";

    private static readonly MessagePosition ExamplePosition = new(0x9f2c4e6a81b3d5f7, 42, 0x1a2b3c4d);

    [Fact]
    public void ToString_Example_IsTheIdOfTheDocumentation() => Assert.Equal(Example, ExamplePosition.ToString());

    [Fact]
    public void TryParse_Example_GivesThePosition()
    {
        Assert.True(MessagePosition.TryParse(Example, out var position));
        Assert.Equal(ExamplePosition, position);
    }

    [Fact, Case("SSE-18")]
    public void ToString_LargestPosition_IsAtMost64LettersDigitsAndDashes()
    {
        var id = new MessagePosition(ulong.MaxValue, long.MaxValue, uint.MaxValue).ToString();

        Assert.Equal(MessagePosition.MaxLength, id.Length);
        Assert.InRange(id.Length, 1, 64);
        Assert.Matches("^[A-Za-z0-9-]{1,64}$", id);
    }

    [Fact, Case("SSE-18")]
    public void ToString_AnyPosition_ParsesBackAndKeepsToTheAlphabet()
    {
        var positions =
            from epoch in ArbMap.Default.GeneratorFor<ulong>()
            from offset in ArbMap.Default.GeneratorFor<NonNegativeInt>()
            from shift in Gen.Choose(0, 32)
            from tag in ArbMap.Default.GeneratorFor<uint>()
            select new MessagePosition(epoch, (long)offset.Get << shift, tag);

        Prop.ForAll(positions.ToArbitrary(), position =>
        {
            var id = position.ToString();
            return MessagePosition.TryParse(id, out var parsed) && parsed == position
                && id.Length <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryFormat_CharsAndBytes_GiveTheSameIdAsToString()
    {
        Span<char> chars = stackalloc char[MessagePosition.MaxLength];
        Span<byte> bytes = stackalloc byte[MessagePosition.MaxLength];

        Assert.True(ExamplePosition.TryFormat(chars, out var charsWritten));
        Assert.True(ExamplePosition.TryFormat(bytes, out var bytesWritten));
        Assert.Equal(Example, chars[..charsWritten].ToString());
        Assert.Equal(Example, Encoding.ASCII.GetString(bytes[..bytesWritten]));
        Assert.Equal(Example, ExamplePosition.ToString(null, null));
    }

    [Fact]
    public void TryFormat_TooSmallBuffer_ReturnsFalse() =>
        Assert.False(ExamplePosition.TryFormat(stackalloc char[Example.Length - 1], out _));
}
