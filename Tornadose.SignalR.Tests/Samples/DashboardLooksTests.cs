using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Samples.DashboardScript;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The dashboard's appearance, and its use without a mouse.</summary>
public sealed class DashboardLooksTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task Theme_SystemThenButton_ChangesAndStays()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.ColorSchemeAsync("dark");
        var dark = (await page.EvalAsync(Background)).GetString();
        await page.ColorSchemeAsync("light");
        var light = (await page.EvalAsync(Background)).GetString();
        Assert.NotEqual(dark, light);
        await page.ClickAsync("[data-theme-toggle]");
        Assert.Equal(dark, (await page.EvalAsync(Background)).GetString());
        await page.GotoAsync(dashboard.Url);
        Assert.Equal(dark, (await page.EvalAsync(Background)).GetString());
    }

    [Theory]
    [InlineData("dark", 1280, 0, 60)]
    [InlineData("light", 1280, 200, 255)]
    [InlineData("dark", 390, 0, 60)]
    public async Task Screenshot_EachTheme_HasItsBackgroundAndNoOverflow(string scheme, int width, int darkest, int lightest)
    {
        await using var page = await ChromiumPage.OpenAsync();
        await page.ColorSchemeAsync(scheme);
        await page.ViewportAsync(width, 900);
        await page.GotoAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && document.querySelectorAll('.uplot').length >= 7");
        Assert.True(
            (await page.EvalAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean(),
            "The page is wider than the window.");
        var file = Path.Combine(Directory.CreateDirectory(Repository.File("artifacts")).FullName, $"dashboard-{scheme}-{width}.png");
        await page.ScreenshotAsync(file);
        var picture = PngFile.Read(file);
        Assert.Equal(width, picture.Width);
        Assert.InRange(picture.Corner, darkest, lightest);
        Assert.True(new FileInfo(file).Length > 30_000, "The screenshot is too small for a page of charts and text.");
    }

    [Fact]
    public async Task Charts_OtherTheme_AreDrawnInItsColours()
    {
        const string Ink = """
            (() => {
              const canvas = document.querySelector('#cpu canvas');
              const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 250) return `${data[i]},${data[i + 1]},${data[i + 2]}`;
              return '';
            })()
            """;
        await using var page = await ChromiumPage.OpenAsync();
        await page.ColorSchemeAsync("dark");
        await page.GotoAsync(dashboard.Url);
        var dark = (await page.WaitForAsync($"{Points("cpu")} > 2 && {Ink}")).GetString();
        await page.ClickAsync("[data-theme-toggle]");
        await page.WaitForAsync($"!['', '{dark}'].includes({Ink})");
    }

    [Fact]
    public async Task Crosshair_ByKeyboard_StandsAtOneTimeInAllCharts()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 4 && document.querySelectorAll('.uplot').length >= 7");
        await page.EvalAsync("document.querySelector('#cpu .plot').focus()");
        await page.PressAsync("End");
        await page.PressAsync("ArrowLeft");
        await page.WaitForAsync("document.querySelectorAll('.readout:not([hidden])').length >= 6");
        Assert.Contains(
            "total ", (await page.EvalAsync("document.querySelector('#cpu .plot').getAttribute('aria-valuetext')")).GetString(),
            StringComparison.Ordinal);
        await page.PressAsync("Escape");
        await page.WaitForAsync("document.querySelectorAll('.readout:not([hidden])').length === 0");
    }

    [Fact]
    public async Task Controls_ByKeyboard_AreReachedAndNamed()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync(IsLive);
        var reached = new List<string>();
        for (var key = 0; key < 16; key++)
        {
            await page.PressAsync("Tab");
            reached.Add((await page.EvalAsync("(element => element.getAttribute('aria-label') ?? element.value ?? " +
                "element.textContent.trim())(document.activeElement)")).GetString()!);
        }

        Assert.Equal(
            ["In process", "SignalR", "SSE", "WebSocket", "Auto", "", "Switch between dark and light"], reached.Take(7));
        Assert.Contains("Processor time in percent: crosshair", reached);
        Assert.Contains(reached, name => name.StartsWith("Copy curl -N ", StringComparison.Ordinal));
        var nameless = await page.EvalAsync("[...document.querySelectorAll('button, input, [role=slider]')].filter(element => " +
            "!(element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length)).length");
        Assert.Equal(0, nameless.GetInt32());
    }

    [Theory]
    [InlineData("", "dark")]
    [InlineData("", "light")]
    [InlineData("?run=browser&wire=websocket", "dark")]
    [InlineData("?run=browser&wire=websocket", "light")]
    public async Task Page_EachTheme_HasNoBarriers(string address, string scheme)
    {
        await using var page = await ChromiumPage.OpenAsync();
        await page.ColorSchemeAsync(scheme);
        await page.GotoAsync(new Uri(dashboard.Url, address));
        await page.WaitForAsync(IsLive);
        Assert.Empty(await page.FindBarriersAsync());
    }

    [Fact]
    public async Task Motion_NotWanted_IsNone()
    {
        const string Animation = "getComputedStyle(document.querySelector('[data-pill] i')).animationName";
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.ReducedMotionAsync(false);
        await page.WaitForAsync($"{IsLive} && {Animation} !== 'none'");
        await page.ReducedMotionAsync(true);
        Assert.Equal("none", (await page.EvalAsync(Animation)).GetString());
    }
}
