namespace Tornadose.Attack;

/// <summary>Samples a server's memory ten times a second.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly ServerProcess _server;
    private readonly Timer _timer;
    private double _peak;

    public PeakMemory(ServerProcess server)
    {
        _server = server;
        _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    public double Megabytes
    {
        get
        {
            Look();
            return _peak;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_server.Runs)
            _peak = Math.Max(_peak, _server.Megabytes);
    }
}
