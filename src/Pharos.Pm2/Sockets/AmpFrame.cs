using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Pharos.Pm2.Shape;

namespace Pharos.Pm2.Sockets;

/// <summary>What goes over PM2's sockets: a byte with version 1 and the number of arguments, then each with its length before it, big-endian.</summary>
internal static class AmpFrame
{
    private const int Version = 1;
    private const int MostArguments = 15;

    /// <summary>A frame of arguments.</summary>
    public static byte[] Of(params ReadOnlySpan<byte[]> arguments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arguments.Length, MostArguments);
        var length = 1;
        foreach (var argument in arguments)
            length += 4 + argument.Length;
        var frame = new byte[length];
        frame[0] = (byte)((Version << 4) | arguments.Length);
        var at = 1;
        foreach (var argument in arguments)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at), argument.Length);
            argument.CopyTo(frame, at + 4);
            at += 4 + argument.Length;
        }

        return frame;
    }

    /// <summary>An argument that is a JSON value.</summary>
    public static byte[] Json(JsonNode? value) => Encoding.UTF8.GetBytes("j:" + NodeJson.Write(value));

    /// <summary>An argument that is a text.</summary>
    public static byte[] Text(string text) => Encoding.UTF8.GetBytes("s:" + text);

    /// <summary>The JSON value of an argument; null when it is none.</summary>
    /// <exception cref="System.Text.Json.JsonException">It says that it is one, and is not.</exception>
    public static JsonNode? ReadJson(byte[] argument) => argument.AsSpan().StartsWith("j:"u8) ? JsonNode.Parse(argument.AsSpan(2)) : null;

    /// <summary>The text of an argument, with or without its mark.</summary>
    public static string ReadText(byte[] argument) => Encoding.UTF8.GetString(argument.AsSpan().StartsWith("s:"u8) ? argument.AsSpan(2) : argument);

    /// <summary>Reads frames from a stream that is cut anywhere.</summary>
    /// <param name="longest">Longest frame in bytes: a peer that announces more is cut off, and cannot make us keep it.</param>
    internal sealed class Reader(int longest)
    {
        private byte[] _kept = [];

        /// <summary>Takes bytes, and gives the frames that are whole by now.</summary>
        /// <exception cref="InvalidDataException">It is no frame, or too long.</exception>
        public List<List<byte[]>> Take(ReadOnlySpan<byte> bytes)
        {
            byte[] all = [.. _kept, .. bytes];
            List<List<byte[]>> frames = [];
            var at = 0;
            while (at < all.Length && TryRead(all.AsSpan(at), out var arguments, out var length))
            {
                frames.Add(arguments);
                at += length;
            }

            _kept = all[at..];
            return frames;
        }

        private bool TryRead(ReadOnlySpan<byte> from, out List<byte[]> arguments, out int length)
        {
            arguments = [];
            length = 1;
            if (from[0] >> 4 != Version)
                throw new InvalidDataException($"version {from[0] >> 4} of the protocol is not known");
            for (var i = 0; i < (from[0] & 0xF); i++)
            {
                if (from.Length < length + 4)
                    return false;
                var size = BinaryPrimitives.ReadUInt32BigEndian(from[length..]);
                if (size > longest - length)
                    throw new InvalidDataException($"a message of more than {longest} bytes");
                if (from.Length < length + 4 + size)
                    return false;
                arguments.Add(from.Slice(length + 4, (int)size).ToArray());
                length += 4 + (int)size;
            }

            return true;
        }
    }
}
