using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

public sealed class RespSplitterTests
{
    private const string Before = "+PONG\r\n:1\r\n$-1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
    private const string Message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\na\r\nb\r\n";
    private const string PushedMessage = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\na\r\nb\r\n";
    private const string After = "-ERR no\r\n$0\r\n\r\n*-1\r\n%1\r\n$1\r\nk\r\n~2\r\n#t\r\n_\r\n=5\r\ntxt:a\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Push_BytesCutAnywhere_OnlyMessagesAreLeftOut(int piece)
    {
        var bytes = Encoding.ASCII.GetBytes(Before + Message + PushedMessage + After);
        var splitter = new RespSplitter();
        var all = bytes.Chunk(piece).Select(chunk => Encoding.ASCII.GetString(splitter.Push(chunk, () => false)));
        Assert.Equal(Before + Message + PushedMessage + After, string.Concat(all));
        splitter = new RespSplitter();
        var some = bytes.Chunk(piece).Select(chunk => Encoding.ASCII.GetString(splitter.Push(chunk, () => true)));
        Assert.Equal(Before + After, string.Concat(some));
    }
}
