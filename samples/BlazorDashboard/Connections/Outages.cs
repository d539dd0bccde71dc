namespace BlazorDashboard.Connections;

/// <summary>
/// Simulates a network that fails for one page only, on request of its user: all streams of the page are cut, and new ones are refused for
/// some seconds. A page names itself in the addresses of its streams.
/// </summary>
public sealed class Outages(TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<HttpContext>> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _out = new(StringComparer.Ordinal);

    /// <summary>Cuts a page off. False if it has no stream, or is cut off already.</summary>
    public bool Begin(string page)
    {
        HttpContext[] cut;
        lock (_gate)
        {
            if (_out.ContainsKey(page) || !_streams.TryGetValue(page, out var streams))
                return false;

            _out[page] = clock.CreateTimer(_ => End(page), null, Length, Timeout.InfiniteTimeSpan);
            cut = [.. streams];
        }

        foreach (var stream in cut)
            stream.Abort();
        return true;
    }

    /// <summary>Registers a page's stream. False if the page is cut off.</summary>
    public bool TryEnter(string page, HttpContext stream)
    {
        lock (_gate)
        {
            if (_out.ContainsKey(page))
                return false;

            if (!_streams.TryGetValue(page, out var streams))
                _streams[page] = streams = [];
            return streams.Add(stream);
        }
    }

    /// <summary>Unregisters it.</summary>
    public void Leave(string page, HttpContext stream)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(page, out var streams) && streams.Remove(stream) && streams.Count == 0)
                _streams.Remove(page);
        }
    }

    private void End(string page)
    {
        lock (_gate)
        {
            if (_out.Remove(page, out var timer))
                timer.Dispose();
        }
    }
}
