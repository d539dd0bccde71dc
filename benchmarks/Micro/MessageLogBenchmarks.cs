using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR;
using BenchmarkDotNet.Attributes;
using Tornadose.SignalR.Messages;

namespace Tornadose.Benchmarks.Micro;

/// <summary>Appending a message of 64 bytes, and reading one.</summary>
[MemoryDiagnoser]
public class MessageLogBenchmarks
{
    private const int Batch = 1000;

    private readonly MessageLog _log = new(
        new MessageLogLimits(Batch, long.MaxValue, null), new MessagePosition(1, 0, 0), TimeProvider.System);
    private readonly MessageContent _content = new(new byte[64], MessageFormat.Text, null);
    private long _offset;

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < Batch; i++)
            Append();
    }

    [Benchmark]
    public void Append()
    {
        _offset++;
        _log.Append(new MessagePosition(1, _offset, 1), _content);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int CursorRead()
    {
        var cursor = MessageCursor.Open(_log, SlowConsumerPolicy.Reset, StartAt.Earliest, newestWins: false);
        var read = 0;
        while (cursor.TryRead(out StoreMessage? _))
            read++;
        return read;
    }
}
