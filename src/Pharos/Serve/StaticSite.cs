using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pharos.Serve;

/// <summary>Answers requests with the files of a folder, and with nothing outside of it.</summary>
internal sealed class StaticSite(ServeSettings settings)
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".htm"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".map"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".xml"] = "application/xml",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".avif"] = "image/avif",
        [".ico"] = "image/x-icon",
        [".woff"] = "font/woff",
        [".woff2"] = "font/woff2",
        [".ttf"] = "font/ttf",
        [".otf"] = "font/otf",
        [".wasm"] = "application/wasm",
        [".pdf"] = "application/pdf",
        [".mp3"] = "audio/mpeg",
        [".wav"] = "audio/wav",
        [".mp4"] = "video/mp4",
        [".webm"] = "video/webm",
        [".zip"] = "application/zip",
    };

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers.AccessControlAllowMethods = "GET";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (settings.User is not null && !IsKnown(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Authentication service\"";
            await TextAsync(context, StatusCodes.Status401Unauthorized, "Access denied");
            return;
        }

        var path = (context.Request.Path.Value ?? "/").TrimStart('/');
        var file = Path.GetFullPath(Path.Combine(settings.Root, path));
        if (!IsInside(file) || path.Contains('\0'))
        {
            await TextAsync(context, StatusCodes.Status403Forbidden, "403 Forbidden");
            return;
        }

        if (Directory.Exists(file) && settings.Listing && !File.Exists(Path.Combine(file, settings.Index)))
            await ListAsync(context, file);
        else if (Found(file) is { } found)
            await FileAsync(context, found, StatusCodes.Status200OK);
        else if (Found(Path.Combine(settings.Root, "404.html")) is { } page)
            await FileAsync(context, page, StatusCodes.Status404NotFound);
        else
            await TextAsync(context, StatusCodes.Status404NotFound, "404 Not Found");
    }

    private string? Found(string file)
    {
        if (Directory.Exists(file))
            file = Path.Combine(file, settings.Index);
        if (File.Exists(file) && IsInside(Real(file)))
            return file;
        if (!settings.SinglePage)
            return null;
        // A page deep inside asks for its files beside itself, and they lie in the root.
        var beside = Path.Combine(settings.Root, Path.GetFileName(file));
        return Path.HasExtension(file) && File.Exists(beside) ? beside : File.Exists(Path.Combine(settings.Root, settings.Index)) ? Path.Combine(settings.Root, settings.Index) : null;
    }

    private bool IsInside(string file) => file == settings.Root || file.StartsWith(settings.Root.TrimEnd('/') + "/", StringComparison.Ordinal);

    // A link that leads out of the folder is not followed, unless the folder itself is one.
    private string Real(string file)
    {
        var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName;
        return target is null || !IsInside(Path.GetFullPath(file)) ? file : target;
    }

    private bool IsKnown(string header)
    {
        const string scheme = "Basic ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        Span<byte> given = new byte[header.Length];
        return Convert.TryFromBase64String(header[scheme.Length..].Trim(), given, out var length)
            && CryptographicOperations.FixedTimeEquals(given[..length], Encoding.UTF8.GetBytes($"{settings.User}:{settings.Password}"));
    }

    private static async Task FileAsync(HttpContext context, string file, int status)
    {
        var info = new FileInfo(file);
        var etag = string.Create(CultureInfo.InvariantCulture, $"\"{info.LastWriteTimeUtc.Ticks:x}-{info.Length:x}\"");
        context.Response.Headers.ETag = etag;
        context.Response.Headers.LastModified = info.LastWriteTimeUtc.ToString("R", CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-cache"; // asks again, and is told "not modified"
        context.Response.ContentType = Types.GetValueOrDefault(Path.GetExtension(file), "application/octet-stream");
        if (status == StatusCodes.Status200OK && context.Request.Headers.IfNoneMatch.ToString() == etag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentLength = info.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.SendFileAsync(file, 0, info.Length, context.RequestAborted);
    }

    private static Task ListAsync(HttpContext context, string folder)
    {
        var text = new StringBuilder("<!doctype html><meta charset=utf-8><title>Index</title><ul>\n");
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(e => !e.Name.StartsWith('.')).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var slash = entry is DirectoryInfo ? "/" : "";
            text.Append($"<li><a href=\"{Uri.EscapeDataString(entry.Name)}{slash}\">{WebUtility.HtmlEncode(entry.Name)}{slash}</a>\n");
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(text.Append("</ul>\n").ToString(), context.RequestAborted);
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
