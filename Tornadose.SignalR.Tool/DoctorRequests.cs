using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Tornadose.SignalR.Tool;

/// <summary>What the doctor asks a store for, as browsers would.</summary>
internal sealed class DoctorRequests(Uri url, string? token, TimeSpan patience) : IDisposable
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    /// <summary>An answer that ends.</summary>
    public async Task<HttpResponseMessage> GetAsync(CancellationToken stop)
    {
        using var request = Request("application/json", "last=1");
        return await _http.SendAsync(request, stop);
    }

    /// <summary>A stream, whose headers have come.</summary>
    /// <param name="query">What to add to the URL's query; null for nothing.</param>
    /// <param name="lastEventId">The header of a reader who comes back; null for none.</param>
    /// <param name="stop">Ends the wait for the headers.</param>
    public async Task<HttpResponseMessage> OpenStreamAsync(string? query, string? lastEventId, CancellationToken stop)
    {
        using var request = Request("text/event-stream", query);
        request.Headers.AcceptEncoding.ParseAdd("gzip, br"); // as browsers do: what compresses streams is to show itself
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

    /// <summary>What is cancelled when the doctor's patience is at its end.</summary>
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
