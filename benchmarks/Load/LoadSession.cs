using System.Runtime.ExceptionServices;
using Tornadose.Benchmarks.Native;

namespace Tornadose.Benchmarks.Load;

/// <summary>Subscribers of one server, received on the calling thread, and one publisher on another.</summary>
internal sealed class LoadSession : IDisposable
{
    private const int StepMilliseconds = 20;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private readonly EpollSet _set = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly LatencyHistogram _latencies = new();
    private readonly List<LoadConnection> _stalled = [];
    private readonly LoadConnection[] _reading;
    private readonly LoadTarget _target;
    private readonly Publisher _publisher;
    private long _delivered;
    private long _lastReceived;

    /// <summary>Connects.</summary>
    /// <param name="target">The server.</param>
    /// <param name="subscribers">How many subscribers read.</param>
    /// <param name="stalled">How many more subscribe and never read.</param>
    /// <param name="subscribe">Whether to send the requests at once.</param>
    /// <param name="inTurn">Whether each waits for its answer before the next one connects.</param>
    public LoadSession(LoadTarget target, int subscribers, int stalled = 0, bool subscribe = true, bool inTurn = false)
    {
        _target = target;
        _publisher = new Publisher(target.Port, target.PublishPaths);
        for (var i = 0; i < stalled; i++)
            _stalled.Add(new SubscriberDialer(target, isStalled: true, isInTurn: false).Subscribe(i));
        var dialer = new SubscriberDialer(target, isStalled: false, inTurn);
        _reading = new LoadConnection[subscribers];
        for (var i = 0; i < subscribers; i++)
        {
            _reading[i] = subscribe ? dialer.Subscribe(i) : dialer.Connect();
            _set.Add(_reading[i].Socket, i);
        }
    }

    public int Subscribers => _reading.Length;

    /// <summary>How many of those that should read have lost their connection.</summary>
    public int Closed => _reading.Count(static connection => connection.IsClosed);

    /// <summary>Publishes now and then until every subscriber has received something: from then on each receives everything.</summary>
    /// <param name="payload">What to publish.</param>
    public void WaitUntilReady(Payload payload)
    {
        var began = Mark.Now();
        var probe = new PublishPlan(payload, 1) { Messages = _target.PublishPaths.Count };
        while (_reading.Any(static connection => connection.Marks == 0))
        {
            if (Mark.Now() - began > ReadyTimeout.TotalNanoseconds)
                throw new TimeoutException($"{_reading.Count(static connection => connection.Marks == 0)} of {Subscribers} subscribers " +
                    $"got nothing within {ReadyTimeout.TotalSeconds:0} s.");
            _publisher.Run(probe);
            ReceiveFor(ProbeInterval);
        }

        while (_lastReceived > Mark.Now() - (long)ProbeInterval.TotalNanoseconds)
            ReceiveFor(ProbeInterval);
    }

    /// <summary>Publishes, and receives until everything has come, or nothing has for a while.</summary>
    public LoadResult Run(PublishPlan plan, double patienceSeconds = 5)
    {
        _latencies.Clear();
        _delivered = 0;
        var start = _lastReceived = Mark.Now();
        double? took = null;
        ExceptionDispatchInfo? failure = null;
        var publishing = new Thread(() => took = Try(() => _publisher.Run(plan), out failure)) { IsBackground = true, Name = "publisher" };
        publishing.Start();
        while (publishing.IsAlive || (_delivered < Expected() && Mark.Now() - _lastReceived < patienceSeconds * 1e9))
            ReceiveOnce();
        failure?.Throw();
        return new LoadResult(
            _publisher.Published, Expected(), _delivered, took ?? 0, (_lastReceived - start) / 1e9, _latencies.Percentile(0.5),
            _latencies.Percentile(0.99), _latencies.MaxMilliseconds);
    }

    /// <summary>Sends all requests at once and receives what the log has kept.</summary>
    /// <param name="messages">How many messages each subscriber should get.</param>
    public LoadResult Replay(int messages)
    {
        _latencies.Clear();
        _delivered = 0;
        var start = _lastReceived = Mark.Now();
        foreach (var connection in _reading)
            connection.Socket.Send(_target.Protocol.Request(_target.SubscribePaths[0]));
        var expected = (long)messages * Subscribers;
        while (_delivered < expected && Mark.Now() - _lastReceived < 5e9)
            ReceiveOnce();
        var seconds = (_lastReceived - start) / 1e9;
        return new LoadResult(messages, expected, _delivered, seconds, seconds, 0, 0, 0);
    }

    public void Publish(PublishPlan plan) => _publisher.Run(plan);

    public void Dispose()
    {
        _publisher.Dispose();
        foreach (var connection in _stalled.Concat(_reading))
            connection?.Dispose();
        _set.Dispose();
    }

    /// <summary>A message to one of several stores reaches its share of the subscribers; one to all of them reaches all.</summary>
    private long Expected() => _publisher.Published * Subscribers / _target.PublishPaths.Count;

    private void ReceiveFor(TimeSpan time)
    {
        for (var end = Mark.Now() + (long)time.TotalNanoseconds; Mark.Now() < end;)
            ReceiveOnce();
    }

    private void ReceiveOnce()
    {
        var ready = _set.Wait(StepMilliseconds);
        for (var i = 0; i < ready; i++)
        {
            var connection = _reading[_set.TagAt(i)];
            var count = connection.Receive(_buffer, _latencies);
            if (connection.IsClosed)
                _set.Remove(connection.Socket);
            if (count == 0)
                continue;
            _delivered += count;
            _lastReceived = Mark.Now();
        }
    }

    private static double? Try(Func<double> run, out ExceptionDispatchInfo? failure)
    {
        failure = null;
        try
        {
            return run();
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            return null;
        }
    }
}
