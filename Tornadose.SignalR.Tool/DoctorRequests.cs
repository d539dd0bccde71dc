using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Tornadose.SignalR.Tool;

/// <summary>The doctor's requests to a store, as browsers would send them.</summary>
internal sealed class DoctorRequests(Uri url, string? token, TimeSpan patience) : IDisposable
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    /// <summary>Requests an answer that ends.</summary>
    public async Task<HttpResponseMessage> GetAsync(CancellationToken stop)
    {
        using var request = Request("application/json", "last=1");
        return await _http.SendAsync(request, stop);
    }

    /// <summary>Opens a stream, and returns when its headers have arrived.</summary>
    /// <param name="query">What to add to the URL's query; null for nothing.</param>
    /// <param name="lastEventId">The header of a reader that reconnects; null for none.</param>
    /// <param name="stop">Ends the wait for the headers.</param>
    public async Task<HttpResponseMessage> OpenStreamAsync(string? query, string? lastEventId, CancellationToken stop)
    {
        using var request = Request("text/event-stream", query);
        request.Headers.AcceptEncoding.ParseAdd("gzip, br"); // as browsers do: reveals what compresses streams
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
    }

    public async Task<HttpResponseMessage> PublishAsync(string text, CancellationToken stop)
    {
        using var request = Request("application/json", query: null);
        (request.Method, request.Content) = (HttpMethod.Post, new StringContent(text, Encoding.UTF8, "text/plain"));
        return await _http.SendAsync(request, stop);
    }

    /// <summary>A source that is cancelled when the doctor stops waiting.</summary>
    public CancellationTokenSource Deadline(CancellationToken stop)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(patience);
        return deadline;
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(string accept, string? query)
    {
        var parts = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (query is not null)
            parts.Add(query);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(url) { Query = string.Join('&', parts) }.Uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }
}
