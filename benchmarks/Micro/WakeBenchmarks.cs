using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR;
using BenchmarkDotNet.Attributes;
using Tornadose.SignalR.Messages;

namespace Tornadose.Benchmarks.Micro;

/// <summary>An append while none, one and ten thousand readers wait. All of them register again before each append.</summary>
[MemoryDiagnoser]
public class WakeBenchmarks
{
    private readonly MessageLog _log = new(
        new MessageLogLimits(1000, long.MaxValue, null), new MessagePosition(1, 0, 0), TimeProvider.System);
    private readonly MessageContent _content = new(new byte[64], MessageFormat.Text, null);
    private AppendRegistration[] _waiting = [];
    private long _offset;

    [Params(0, 1, 10_000)]
    public int Waiting { get; set; }

    [GlobalSetup]
    public void Join() => _waiting = [.. Enumerable.Range(0, Waiting).Select(_ => _log.Signal.Join(new Sleeper()))];

    [IterationSetup]
    public void Wait()
    {
        foreach (var registration in _waiting)
            registration.Register(_offset + 1);
    }

    [Benchmark]
    public void Append()
    {
        _offset++;
        _log.Append(new MessagePosition(1, _offset, 1), _content);
    }

    private sealed class Sleeper : IAppendWaiter
    {
        public void Wake()
        {
        }
    }
}
