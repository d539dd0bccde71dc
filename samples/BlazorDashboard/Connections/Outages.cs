namespace BlazorDashboard.Connections;

/// <summary>
/// A network that fails for one page alone, when its reader asks for it: all of the page's streams are cut in the middle, and no new one
/// comes about for some seconds. A page names itself in the addresses of its streams.
/// </summary>
public sealed class Outages(TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<HttpContext>> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _out = new(StringComparer.Ordinal);

    /// <summary>Cuts a page off. False when the page has no stream.</summary>
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

    /// <summary>Takes note of a page's stream. False when the page is cut off.</summary>
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

    /// <summary>Forgets it again.</summary>
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
