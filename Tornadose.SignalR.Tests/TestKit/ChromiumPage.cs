using System.Text.Json;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// One or more tabs of the tests' Chromium, which share cookies, storage and connections with each other and with no other page.
/// Expressions are JavaScript in the page; their values come back as JSON.
/// </summary>
public sealed class ChromiumPage : IAsyncDisposable
{
    private static int _pages;

    private readonly Chromium _chromium;
    private readonly int _number = Interlocked.Increment(ref _pages);

    private ChromiumPage(Chromium chromium) => _chromium = chromium;

    public static async Task<ChromiumPage> OpenAsync(Uri? url = null)
    {
        var page = new ChromiumPage(await Chromium.GetAsync());
        try
        {
            if (url is not null)
                await page.GotoAsync(url);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    public Task GotoAsync(Uri url, string tab = "main") => RunAsync(new { tab, @goto = url.ToString() });

    /// <summary>Opens a tab in a browser context of its own: no other tab uses its connections, cache and storage.</summary>
    public Task OpenAloneAsync(Uri url, string tab) => RunAsync(new { tab, own = true, @goto = url.ToString() });

    public Task<JsonElement> EvalAsync(string expression, string tab = "main") => RunAsync(new { tab, eval = expression });

    public async Task<string?> TextAsync(string selector, string tab = "main") =>
        (await EvalAsync($"document.querySelector(\"{selector}\").textContent", tab)).GetString();

    /// <summary>Waits until an expression is truthy and returns its value.</summary>
    public Task<JsonElement> WaitForAsync(string expression, string tab = "main") => RunAsync(new { tab, waitFor = expression });

    public Task ClickAsync(string selector, string tab = "main") => RunAsync(new { tab, click = selector });

    /// <summary>Presses a key, such as <c>Tab</c> or <c>Shift+ArrowLeft</c>, on the focused element.</summary>
    public Task PressAsync(string key, string tab = "main") => RunAsync(new { tab, press = key });

    public Task ViewportAsync(int width, int height, string tab = "main") => RunAsync(new { tab, viewport = new { width, height } });

    public Task ScreenshotAsync(string path, string tab = "main") => RunAsync(new { tab, screenshot = path });

    /// <summary>Emulates the system's dark or light preference.</summary>
    public Task ColorSchemeAsync(string scheme, string tab = "main") => RunAsync(new { tab, colorScheme = scheme });

    /// <summary>Emulates the system's preference for reduced motion, which is on in a new tab.</summary>
    public Task ReducedMotionAsync(bool reduced, string tab = "main") =>
        RunAsync(new { tab, reducedMotion = reduced ? "reduce" : "no-preference" });

    public Task CloseTabAsync(string tab) => RunAsync(new { tab, close = true });

    /// <summary>Uncaught exceptions, failed requests and console errors of a tab so far.</summary>
    public async Task<IReadOnlyList<string>> ErrorsAsync(string tab = "main") =>
        [.. (await RunAsync(new { tab, errors = true })).EnumerateArray().Select(error => error.GetString()!)];

    /// <summary>The accessibility violations that axe finds: rules, and the elements that break them.</summary>
    public async Task<IReadOnlyList<string>> FindBarriersAsync(string tab = "main") =>
        [.. (await RunAsync(new { tab, axe = true })).EnumerateArray().Select(barrier => barrier.GetString()!)];

    public async ValueTask DisposeAsync() => await _chromium.RunAsync(_number, null);

    private Task<JsonElement> RunAsync(object command) => _chromium.RunAsync(_number, command);
}
